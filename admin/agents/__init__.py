"""The people who take calls: skills, teams."""
