"""Settings from the environment."""

from __future__ import annotations

import pytest

from bot.environment import SettingsError
from bot.settings import read_settings


def test_sites_are_listed_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPKI_BOT_ORIGINS", " https://www.city.example.jp,http://10.0.0.5:8080 ,, https://www.city.example.jp,http://[::1]:80")
    assert read_settings().origins == ("https://www.city.example.jp", "http://10.0.0.5:8080", "http://[::1]:80")


def test_no_other_site_is_let_in_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPKI_BOT_ORIGINS", raising=False)
    assert read_settings().origins == ()


@pytest.mark.parametrize(
    "wrong",
    ["*", "https://*.example.jp", "www.city.example.jp", "https://www.city.example.jp/", "https://a.jp/page", "null", "HTTPS://A.JP", "https://a.jp b.jp"],
)
def test_what_is_no_site_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("JPKI_BOT_ORIGINS", f"https://ok.example.jp,{wrong}")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert "JPKI_BOT_ORIGINS" in str(refused.value) and wrong in str(refused.value)


def test_limits_are_switched_off_by_name_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, expected in (("", True), ("on", True), ("off", False)):
        monkeypatch.setenv("JPKI_BOT_LIMITS", value)
        assert read_settings().limits is expected
    monkeypatch.setenv("JPKI_BOT_LIMITS", "no")
    with pytest.raises(SettingsError, match="JPKI_BOT_LIMITS=no"):
        read_settings()


def test_the_form_of_the_log_is_chosen_by_name_or_by_where_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, expected in (("", None), ("json", "json"), ("text", "text")):
        monkeypatch.setenv("JPKI_BOT_LOG", value)
        assert read_settings().log == expected
    monkeypatch.setenv("JPKI_BOT_LOG", "xml")
    with pytest.raises(SettingsError, match="JPKI_BOT_LOG=xml.*json.*text"):
        read_settings()
