import stat
from pathlib import Path

import pytest

from collabweb.stack.environment import environment
from collabweb.stack.places import Places, StackError


def test_everything_has_a_default(bare: dict[str, str], home: Path) -> None:
    found = environment(bare | {"COLLABWEB_HOME": str(home)})

    assert found["COLLABWEB_PORT"] == "8000"
    assert found["COLLABWEB_LIVE_PORT"] == "8001"
    assert found["COLLABWEB_ENV"] == "development"
    assert found["DATABASE_URL"].endswith(f"?host={Places(home=home).database_sockets}")
    assert found["BROKER_URL"].startswith("redis://:")


def test_given_values_win(bare: dict[str, str], home: Path) -> None:
    given = {"COLLABWEB_HOME": str(home), "COLLABWEB_PORT": "9000", "DATABASE_URL": "postgres://db/x"}

    found = environment(bare | given)

    assert found["COLLABWEB_LIVE_PORT"] == "9001"
    assert found["DATABASE_URL"] == "postgres://db/x"


def test_secrets_are_made_once_and_are_private(bare: dict[str, str], home: Path) -> None:
    given = bare | {"COLLABWEB_HOME": str(home)}

    first, second = environment(given), environment(given)

    assert first["COLLABWEB_SECRET_KEY"] == second["COLLABWEB_SECRET_KEY"] == (home / "secret_key").read_text().strip()
    assert first["COLLABWEB_DEMO_PASSWORD"] == second["COLLABWEB_DEMO_PASSWORD"]
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "demo_password").stat().st_mode) == 0o600


def test_two_homes_share_nothing(bare: dict[str, str], home: Path) -> None:
    one = environment(bare | {"COLLABWEB_HOME": str(home / "one")})
    two = environment(bare | {"COLLABWEB_HOME": str(home / "two")})

    shared = {
        name
        for name in one
        if name in ("DATABASE_URL", "BROKER_URL", "COLLABWEB_SECRET_KEY") and one[name] == two[name]
    }

    assert shared == set()


def test_production_refuses_to_invent_a_secret_key(bare: dict[str, str], home: Path) -> None:
    with pytest.raises(StackError, match="COLLABWEB_SECRET_KEY"):
        environment(bare | {"COLLABWEB_HOME": str(home), "COLLABWEB_ENV": "production"})

    assert not (home / "secret_key").exists()


def test_production_has_no_demo_password(bare: dict[str, str], home: Path) -> None:
    given = {"COLLABWEB_HOME": str(home), "COLLABWEB_ENV": "production", "COLLABWEB_SECRET_KEY": "x" * 50}

    found = environment(bare | given)

    assert "COLLABWEB_DEMO_PASSWORD" not in found
