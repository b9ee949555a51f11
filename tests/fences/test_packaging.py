"""What is delivered agrees with itself: compose with settings, verbs with their documents, locks with each other."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

import dev
from portal import celery

ROOT = dev.ROOT
SETTINGS = (ROOT / "portal" / "settings.py").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
DEPENDENCIES = (ROOT / "docs" / "dependencies.md").read_text()
OUR_PROCESSES = {"migrate", "web", "worker", "beat", "consumer"}
SERVERS = {"db", "redis", "rabbitmq"}
LOCKS = ("run", "test", "browser", "lint")
STAGES = [
    ("prepare", "prepare"),
    *((verb, f"make {verb}") for verb in ("lint", "test", "test-pg")),
    ("demo", ".venv/bin/python -m tests.demo.newcomer"),
]
# Assembled, so that this file does not contain what it forbids.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "docker" + ".io", "ghcr" + ".io", "quay" + ".io"]
OUTSIDE = {".git", ".venv", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"}
MACHINE_PATH = re.compile(r"(?<![\w.*}-])/(root|home|work|Users)/[\w.]")


def names_of_settings(source: str) -> tuple[set[str], set[str]]:
    """Every environment name that the settings read, and those that production must set."""
    read, required = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function, name = ast.unparse(node.func), node.args[0].value
            if function == "required":
                required.add(name)
            elif function.startswith("env."):
                read.add(name)
    return read | required, required


def names_of_example(text: str) -> tuple[set[str], set[str]]:
    """Every name in `.env.example`, and those that are not commented out."""
    active = set(re.findall(r"^([A-Z][A-Z0-9_]*)=", text, re.MULTILINE))
    return active | set(re.findall(r"^# ([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)), active


def faults_of_compose(text: str, settings: str, example: str) -> list[str]:
    """What docker-compose.yml says that the settings do not know, and what it forgets."""
    known, required = names_of_settings(settings)
    services: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    faults = [f"service {name}" for name in set(services) ^ (OUR_PROCESSES | SERVERS)]
    for name in OUR_PROCESSES & set(services):
        given = set(services[name]["environment"])
        faults += [f"{name}: settings do not read {unknown}" for unknown in given - known]
        missing = required - given - names_of_example(example)[1]
        faults += [f"{name}: {lacking} is not set" for lacking in missing]
        faults += [f"{name}: memory://" for value in services[name]["environment"].values() if "memory:" in value]
    return sorted(faults)


def faults_of_commands(text: str) -> list[str]:
    """What the commands in docker-compose.yml name and the portal does not have."""
    services: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    faults = []
    for name in OUR_PROCESSES & set(services):
        match services[name]["command"]:
            case ["gunicorn", module, *_] if f"{module}.application" == settings.WSGI_APPLICATION:
                continue
            case ["celery", application, "worker" | "beat", *_] if application == f"--app={celery.__name__}":
                continue
            case ["python", "manage.py", command, *_] if command in get_commands():
                continue
        faults.append(f"{name}: {' '.join(services[name]['command'])}")
    return sorted(faults)


def faults_of_volumes(text: str) -> list[str]:
    """Servers that would lose what they keep: RabbitMQ's folder bears the name of its host."""
    services: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return [name for name in ("rabbitmq",) if services[name].get("hostname") != name]


def faults_of_example(text: str, settings: str, compose: str) -> set[str]:
    """Names that are in only one of `.env.example` and what reads it (settings, and compose's own passwords)."""
    return names_of_example(text)[0] ^ (names_of_settings(settings)[0] | set(re.findall(r"\$\{([A-Z_]+):", compose)))


def faults_of_text(text: str) -> list[str]:
    """Registry hosts and paths of somebody's machine."""
    return [host for host in REGISTRIES if host in text] + MACHINE_PATH.findall(text)


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ \\]+)", lock, re.MULTILINE))


def faults_of_lock(lock: str) -> list[str]:
    """Hosts, and packages of which no file's hash is known."""
    unhashed = re.findall(r"^([a-z0-9._-]+)==[^\n]*(?:\n(?!    --hash=sha256:[0-9a-f]{64})|\Z)", lock, re.MULTILINE)
    return [*unhashed, *re.findall(r"\S+://\S+", lock)]


def disagreements(locks: Iterable[str]) -> list[str]:
    """Packages that two locks pin differently."""
    seen: dict[str, str] = {}
    return [name for lock in locks for name, version in pins(lock).items() if seen.setdefault(name, version) != version]


def demanded_in_vain(dockerfile: str) -> set[str]:
    """What the settings require and the image is not given while it is built."""
    return names_of_settings(SETTINGS)[1] - set(re.findall(r"([A-Z_]+)=", dockerfile))


def stages(run: str) -> list[tuple[str, str]]:
    """Name and command of every stage of `.ci/run`."""
    return re.findall(r"^stage (\S+) (.+)$", run, re.MULTILINE)


def explained(dependencies: str) -> set[str]:
    """The packages in the tables of docs/dependencies.md."""
    return set(re.findall(r"^\| ([a-z0-9-]+)", dependencies, re.MULTILINE)) - {"package", "---"}


def explained_in_vain(dependencies: str) -> set[str]:
    """... of which nobody asks for any."""
    return explained(dependencies).difference(*(direct(name) for name in LOCKS))


def faults_of_dependencies(name: str, lock: str, dependencies: str) -> set[str]:
    """What we ask for by name and the lock does not pin, or nobody explains."""
    return direct(name) - (set(pins(lock)) & explained(dependencies))


def direct(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements" / f"{name}.in").read_text(), re.MULTILINE))


def verbs_in(text: str) -> set[str]:
    return set(re.findall(r"`make ([a-z-]+)", text)) | set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))


def our_files() -> list[Path]:
    kinds = {".mo", ".pyc", ".png", ".woff2", ".ico"}
    files = (path for path in ROOT.rglob("*") if not OUTSIDE & set(path.relative_to(ROOT).parts))
    return [path for path in files if path.is_file() and path.suffix not in kinds]


def test_compose_sets_what_the_settings_read_and_nothing_else() -> None:
    assert faults_of_compose(COMPOSE, SETTINGS, EXAMPLE) == []


def test_compose_starts_what_there_is_and_keeps_what_it_stores() -> None:
    assert faults_of_commands(COMPOSE) == []
    assert faults_of_volumes(COMPOSE) == []


def test_the_image_is_built_with_every_setting_that_collecting_static_files_demands() -> None:
    assert demanded_in_vain((ROOT / "Dockerfile").read_text()) == set()


def test_the_example_names_every_setting_and_nothing_else() -> None:
    assert faults_of_example(EXAMPLE, SETTINGS, COMPOSE) == set()


def test_no_file_names_a_registry_or_a_path_of_somebodys_machine() -> None:
    faults = {str(path.relative_to(ROOT)): faults_of_text(path.read_text(errors="ignore")) for path in our_files()}

    assert {name: found for name, found in faults.items() if found} == {}


def test_the_locks_agree_are_hashed_and_name_no_host() -> None:
    locks = [(ROOT / "requirements" / f"{name}.lock").read_text() for name in LOCKS]

    assert disagreements(locks) == []
    assert [faults_of_lock(lock) for lock in locks] == [[]] * len(LOCKS)


@pytest.mark.parametrize("name", LOCKS)
def test_every_direct_dependency_is_locked_and_explained(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.lock").read_text()

    assert faults_of_dependencies(name, lock, DEPENDENCIES) == set()


def test_dependencies_explains_nothing_that_is_gone() -> None:
    assert explained_in_vain(DEPENDENCIES) == set()


def test_make_dev_and_the_readme_know_the_same_verbs() -> None:
    makefile = (ROOT / "Makefile").read_text()

    assert re.findall(r"^VERBS = (.*)$", makefile, re.MULTILINE) == [" ".join(dev.VERBS)]
    assert verbs_in((ROOT / "README.md").read_text()) == set(dev.VERBS)


def test_ci_proves_what_people_are_told_to_call() -> None:
    """`make demo` is called by the newcomer, in a clone of its own."""
    assert stages((ROOT / ".ci" / "run").read_text()) == STAGES


def test_the_fence_bites_on_a_setting_that_compose_invents_or_forgets() -> None:
    assert "web: settings do not read REDIS_ADDRESS" in faults_of_compose(
        COMPOSE.replace("REDIS_URL:", "REDIS_ADDRESS:"), SETTINGS, EXAMPLE
    )
    assert "beat: AUDIT_KEY is not set" in faults_of_compose(COMPOSE, SETTINGS, EXAMPLE.replace("AUDIT_KEY=", ""))
    assert "web: memory://" in faults_of_compose(
        COMPOSE.replace("CELERY_BROKER_URL: amqp:", "CELERY_BROKER_URL: memory:"), SETTINGS, EXAMPLE
    )
    assert "service consumer" in faults_of_compose(COMPOSE.replace("  consumer:", "  replies:"), SETTINGS, EXAMPLE)
    assert "INVENTED" in faults_of_example(EXAMPLE + "# INVENTED=1\n", SETTINGS, COMPOSE)


@pytest.mark.parametrize(
    ("name", "renamed", "service"),
    [
        ("portal.wsgi", "portal.web", "web"),
        ('portal.celery", "worker"', 'portal.tasks", "worker"', "worker"),
        ('portal.celery", "beat"', 'portal.celery", "bear"', "beat"),
        ("consume_replies", "consume_answers", "consumer"),
        ('"migrate", "--no-input"', '"upgrade", "--no-input"', "migrate"),
    ],
)
def test_the_fence_bites_on_a_command_that_was_renamed(name: str, renamed: str, service: str) -> None:
    assert COMPOSE.count(name) == 1
    (fault,) = faults_of_commands(COMPOSE.replace(name, renamed))
    assert fault.startswith(f"{service}: ")


def test_the_fence_bites_on_a_broker_without_a_name_of_its_own() -> None:
    assert faults_of_volumes(COMPOSE.replace("hostname: rabbitmq", "hostname: broker")) == ["rabbitmq"]


def test_the_fence_bites_on_a_lock_without_hashes_or_with_a_host() -> None:
    lock = (ROOT / "requirements" / "run.lock").read_text()
    (django,) = re.findall(r"^django==.*(?:\n    --hash=.*)+", lock, re.MULTILINE)
    pin = django.split(" ")[0]

    assert faults_of_lock(lock.replace(django, pin)) == ["django"]
    assert faults_of_lock(lock.replace(django, f"{pin}\n")) == ["django"]
    assert faults_of_lock("--index-url https://index.example/simple\n" + lock) == ["https://index.example/simple"]


def test_the_fence_bites_on_a_setting_that_the_image_lacks() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert demanded_in_vain(dockerfile.replace("SECRET_KEY=", "SECRET=")) == {"SECRET_KEY"}


def test_the_fence_bites_on_a_stage_that_ci_skips_or_softens() -> None:
    run = (ROOT / ".ci" / "run").read_text()

    assert set(STAGES) - set(stages(run.replace("stage test-pg", "# stage test-pg"))) == {("test-pg", "make test-pg")}
    assert set(STAGES) - set(stages(run.replace("make lint", "make lint || true"))) == {("lint", "make lint")}


def test_the_fence_bites_on_a_dependency_that_is_not_locked_or_not_explained_or_gone() -> None:
    lock = (ROOT / "requirements" / "run.lock").read_text()
    renamed = DEPENDENCIES.replace("| celery ", "| carrot ")

    assert faults_of_dependencies("run", lock, renamed) == {"celery"}
    assert faults_of_dependencies("run", lock.replace("\ncelery==", "\ncarrot=="), DEPENDENCIES) == {"celery"}
    assert explained_in_vain(renamed) == {"carrot"}


def test_the_fence_bites_on_hosts_paths_and_locks_that_disagree() -> None:
    assert faults_of_text("--index-url https://" + REGISTRIES[0] + "/simple") == [REGISTRIES[0]]
    assert faults_of_text('open("/' + 'root/portal.log")') == ["root"]
    assert disagreements(["django==5.2.19 \\", "django==5.2.18 \\"]) == ["django"]
    assert verbs_in("Run `make tests` first") - set(dev.VERBS) == {"tests"}
