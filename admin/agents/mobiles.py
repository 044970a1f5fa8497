"""Duty mobiles: which number may be registered, and whether it can be dialled now."""

from __future__ import annotations

from admin.words import N_
from hotseat.numbering import is_costly, is_mobile, normal_form
from hotseat.outbound import OutboundGate, OutboundRules, Refusal


class Unfit(Exception):
    """No number to register; a text to translate, and what to fill in."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values


def registrable(text: str, rules: OutboundRules | None) -> str:
    """The mobile in E.164, as a person may write it in the site's country. Raises Unfit.

    What no rule of the site will ever let pass is refused here, and not first when a customer
    waits. Whether the site dials at all just now is no reason: see `silent`.
    """
    number = normal_form(text, rules.country if rules is not None else "ZZ")
    if number is None or not is_mobile(number):
        raise Unfit(N_("That is no mobile; write it whole, like +8613800138000."))
    if rules is not None and _refusal(number, rules) is Refusal.PREFIX:
        raise Unfit(
            N_("The site does not dial this number: it has to begin with %(allowed)s."),
            allowed=", ".join(rules.allow),
        )
    return number


def silent(rules: OutboundRules | None) -> str:
    """Why no mobile of the site rings now, a text to translate; "" if they may."""
    if rules is None:
        return N_("The site file says nothing about outbound calls, so no mobile is rung.")
    if rules.stopped:
        return N_("Outbound calls are stopped, so no mobile is rung.")
    return ""


def _refusal(number: str, rules: OutboundRules) -> Refusal | None:
    return OutboundGate().ask(number, rules, 0, costly=is_costly(number))
