"""Random sites that are sound, for properties."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

names = st.from_regex(r"[a-z][a-z0-9-]{0,11}", fullmatch=True)
# What YAML could take for something else is likely, not rare.
titles = st.one_of(
    st.sampled_from(
        ["no", "null", "~", "1.5", "0x1f", "2026-11-21", "12:30", "yes", "<<", "=", "#"]
    ),
    st.text(
        st.characters(blacklist_categories=("C", "Z"), blacklist_characters="\ufeff"),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["咨询 一", "it's", 'say "hi"', "a: b", "- x", "{x}", "&a", "*a", "!t", "007"]),
).filter(str.isprintable)
levels = st.integers(1, 10)


while_waiting = st.fixed_dictionaries(
    {"position": st.booleans(), "comfort": st.sampled_from([["no"], ["thanks", "kind-words"]])},
    optional={"every_seconds": st.integers(10, 600), "expected_wait": st.booleans()},
)
spans = st.sampled_from([[], ["09:00-18:00"], ["00:00-24:00"], ["08:00-12:00", "22:00-06:00"]])
hours = st.fixed_dictionaries(
    {"weekly": st.dictionaries(st.sampled_from(["mon-thu", "fri", "sat-sun"]), spans)},
    optional={
        "holidays": st.sampled_from(["CN", "DE"]),
        "overrides": st.dictionaries(st.dates().map(str), spans, max_size=3),
    },
)


shift_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,3}", fullmatch=True)
shifts = st.fixed_dictionaries(
    {
        "title": titles,
        "hours": st.sampled_from(["09:00-17:00", "22:00-06:00", "00:00-24:00", "20:00-24:00"]),
    },
    optional={
        "place": st.sampled_from(["office", "home"]),
        "time_zone": st.sampled_from(["UTC", "Europe/Berlin"]),
    },
)
policies = st.fixed_dictionaries(
    {},
    optional={
        "rest_hours": st.integers(0, 24),
        "swap_notice_minutes": st.integers(0, 600),
        "leave_notice_hours": st.integers(0, 72),
        "swap_approval": st.booleans(),
        "leave_approval": st.booleans(),
        "late_after_minutes": st.integers(0, 30),
        "holidays": st.just("CN"),
        "escalation": st.just([]),
    },
)


def covers(skill: dict[str, st.SearchStrategy[str]]) -> st.SearchStrategy[dict[str, Any]]:
    """Entries of `coverage`."""
    return st.fixed_dictionaries(
        {"weekly": st.dictionaries(st.sampled_from(["mon-thu", "sat-sun"]), spans)},
        optional={"heads": st.integers(1, 9), "holidays": st.just("CN")}
        | ({**skill, "level": st.integers(1, 10)} if skill else {}),
    )


@st.composite
def menus(draw: st.DrawFn, queues: list[str], skills: list[str], languages: list[str]) -> Any:
    """A way from the first node to the last, with keys that jump ahead."""
    count = draw(st.integers(0, 5))
    nodes: dict[str, Any] = {}
    for place in range(count):
        ahead = [f"n{later}" for later in range(place + 1, count + 1)]
        on = ahead[0]
        kinds = ["play", "menu", "set", "go_to"] + (["queue"] if queues else [])
        match draw(st.sampled_from(kinds)):
            case "play":
                nodes[f"n{place}"] = {"play": ["welcome"], "next": on}
            case "menu":
                keys = draw(
                    st.dictionaries(
                        st.sampled_from("0123456789*#"), st.sampled_from(ahead), min_size=1
                    )
                )
                seconds = draw(st.one_of(st.integers(1, 60), st.sampled_from([1.5, 2.25])))
                nodes[f"n{place}"] = {
                    "menu": ["menu-main"],
                    "keys": keys,
                    "otherwise": on,
                    "wait_seconds": seconds,
                }
            case "set":
                nodes[f"n{place}"] = {
                    "set": {"language": draw(st.sampled_from(languages))},
                    "next": on,
                }
            case "go_to":
                nodes[f"n{place}"] = {"go_to": on}
            case "queue":
                requires = draw(st.dictionaries(st.sampled_from(skills), levels)) if skills else {}
                nodes[f"n{place}"] = {
                    "queue": draw(st.sampled_from(queues)),
                    "requires": requires,
                    "next": on,
                }
    nodes[f"n{count}"] = {"hang_up": []}
    return {"start": "n0", "language": draw(st.sampled_from(languages)), "nodes": nodes}


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """The content of a sound site file."""
    skills = draw(st.dictionaries(names, titles, max_size=4))
    some_levels = (
        st.dictionaries(st.sampled_from(sorted(skills)), levels) if skills else st.just({})
    )
    languages = draw(st.lists(st.sampled_from(["zh", "en", "yue"]), min_size=1, unique=True))
    queue = st.fixed_dictionaries(
        {"title": titles},
        optional={
            "requires": some_levels,
            "priority": st.integers(0, 9),
            "ring_seconds": st.integers(5, 120),
            "wrap_up_seconds": st.integers(0, 3600),
            "again_seconds": st.integers(0, 3600),
            "answer_within_seconds": st.integers(1, 3600),
            "music": st.sampled_from(["default", "no", "007"]),
            "while_waiting": while_waiting,
        },
    )
    queues = draw(st.dictionaries(names, queue, max_size=3))
    menu = menus(sorted(queues), sorted(skills), languages)
    made = draw(st.dictionaries(names, menu, max_size=2))
    numbers = (
        st.dictionaries(
            st.from_regex(r"\+?[0-9]{2,14}", fullmatch=True),
            st.fixed_dictionaries({"menu": st.sampled_from(sorted(made))}),
            max_size=3,
        )
        if made
        else st.just({})
    )
    teams = draw(st.dictionaries(names, titles, max_size=2))
    in_team = {"team": st.sampled_from(sorted(teams))} if teams else {}
    cover_skill = {"skill": st.sampled_from(sorted(skills))} if skills else {}
    return {
        "site": {
            "name": draw(titles),
            "time_zone": draw(st.sampled_from(["UTC", "Asia/Shanghai"])),
            "languages": languages,
        },
        "skills": skills,
        "queues": queues,
        "hours": draw(st.dictionaries(names, hours, max_size=2)),
        "teams": teams,
        "agents": draw(
            st.dictionaries(
                st.from_regex(r"[0-9]{2,8}", fullmatch=True),
                st.fixed_dictionaries({"name": titles}, optional={"skills": some_levels} | in_team),
                max_size=4,
            )
        ),
        "shifts": draw(st.dictionaries(shift_names, shifts, max_size=3)),
        **draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "coverage": st.dictionaries(names, covers(cover_skill), max_size=2),
                    "roster": policies,
                },
            )
        ),
        "phones": draw(
            st.dictionaries(
                st.from_regex(r"p[0-9]{1,3}", fullmatch=True),
                st.fixed_dictionaries({"place": titles}),
                max_size=3,
            )
        ),
        "menus": made,
        "numbers": draw(numbers),
    }
