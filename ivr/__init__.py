"""What a caller hears and presses: menus as data and the interpreter that walks them."""
