"""Whether a message asks about a matter of another office or company, in the same words that ours are asked about in."""

from __future__ import annotations

from bot.dialogue.turn import FALLBACK, OUT_OF_SCOPE, Turn

_ALIKE = {
    *("fees", "renewal", "expired", "check_expiry", "validity_period", "card_vs_cert_expiry", "expiry_notice", "system_delay"),
    *("card_lost", "card_found", "card_broken", "pin_forgotten", "pin_locked", "pin_change", "pin_rules", "pin_reset_convenience_store", "double_issue"),
    *("office_hours", "office_location", "contact", "reservation", "online_procedures", "proxy", "apply_card", "issue", "stop_using"),
    *(OUT_OF_SCOPE, FALLBACK),
}
"""What is asked of other things too. Elsewhere (uses, identity papers, the insurance) other things are named because they belong there."""
_LONGEST = 60
"""Characters; a longer story names things in passing."""
_ABOUT_PAPERS = {"required_items", "id_document_accepted", "proxy", "minors"}


def of_another_matter(turn: Turn) -> bool:
    """「運転免許の更新手数料」, and 「クレジットカードをなくしました。どこに連絡すれば?」 whose question alone would be ours."""
    if turn.heard.intent not in _ALIKE or len(turn.text.form) > _LONGEST:
        return False
    others = turn.content.lexicon.others
    return others.asked_about(turn.text, papers=turn.memory.topic not in _ABOUT_PAPERS)
