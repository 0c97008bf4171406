"""What docs/deployment.md gives to copy is accepted by those whom it is for."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from pages.shared.connection.provider import VARIABLES
from queries.settings import Settings

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)( secrets)?\n(.*?)```", GUIDE, flags=re.DOTALL)
INSTRUCTIONS = {"FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "HEALTHCHECK",
                "CMD"}  # fmt: skip


def blocks(language: str) -> list[str]:
    return [text for found, is_secret, text in BLOCKS if found == language and not is_secret]


def installed(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path


@pytest.mark.parametrize("text", blocks("toml"))
def test_settings_are_accepted(text: str) -> None:
    assert Settings.model_validate(tomllib.loads(text)).access.sign_in != "none"


def test_secrets_are_those_of_the_variables() -> None:
    (text,) = (text for _, is_secret, text in BLOCKS if is_secret)
    assert set(tomllib.loads(text)["auth"]) == set(VARIABLES.values())
    assert [name for name in VARIABLES if f"`{name}`" not in GUIDE] == []


def test_nginx_accepts_its_part(tmp_path: Path) -> None:
    nginx, openssl = installed("nginx"), installed("openssl")
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=tidemark.example", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    (text,) = blocks("nginx")
    inside = text.replace("/etc/ssl/tidemark/", f"{tmp_path}/")
    whole = f"events {{}}\npid {tmp_path}/pid;\nerror_log stderr;\nhttp {{\n{inside}\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    ran = subprocess.run(
        [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


def test_nginx_passes_the_websocket_on_and_closes_what_is_nobodys_business() -> None:
    (text,) = blocks("nginx")
    assert "proxy_set_header Upgrade $http_upgrade;" in text
    assert "location = /_stcore/metrics { return 404; }" in text


def test_caddy_accepts_its_part(tmp_path: Path) -> None:
    caddy = installed("caddy")
    (text,) = blocks("caddy")
    (tmp_path / "Caddyfile").write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [caddy, "adapt", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "/_stcore/metrics" in json.dumps(json.loads(ran.stdout))


@pytest.mark.parametrize("number", [0, 1])
def test_systemd_knows_every_line_of_the_units(tmp_path: Path, number: int) -> None:
    verifier = installed("systemd-analyze")
    text = blocks("systemd")[number]
    here = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", text)
    (tmp_path / "tidemark.service").write_text(here, encoding="utf-8")
    ran = subprocess.run(
        [verifier, "verify", "--man=no", str(tmp_path / "tidemark.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not [line for line in ran.stderr.splitlines() if "tidemark.service:" in line]


def test_the_container_is_made_of_files_that_are_there() -> None:
    (text,) = blocks("dockerfile")
    lines = [line.split() for line in text.splitlines() if line]
    assert {words[0] for words in lines} == INSTRUCTIONS
    copied = [words[1] for words in lines if words[0] == "COPY"]
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\bTIDEMARK_[A-Z_]+", GUIDE))))
def test_every_variable_that_is_named_is_read(name: str) -> None:
    folders = ("queries", "reports", "pages", "store")
    sources = [ROOT / "app.py", *(p for one in folders for p in (ROOT / one).rglob("*.py"))]
    assert any(f'"{name}"' in path.read_text(encoding="utf-8") for path in sources)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"python (app\.py [a-z]+)", GUIDE))))
def test_every_command_that_is_named_is_there(command: str) -> None:
    import app

    assert command.split()[1] in app.commands().commands
