"""Zero false allows: withdrawals race checks, registrations and training snapshots, with real threads and connections.

A false allow is one that began after the withdrawal was acknowledged. Sixty rounds of several acts here; `make experiments` runs 10,000
(RACES=10000). Luck is not enough either way: the windows between a look and a write are also held open, one by one.
"""

import importlib
import os
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest
from django.db import connection

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import PERSON, Actor
from compliance.erasure.models import Outcome
from compliance.retention.actions import Item, register_all
from compliance.subjects.models import Subject
from consent.actions import withdraw
from consent.actions.snapshots import take_snapshot
from consent.api import evaluation
from consent.models import Dataset, Member, Release
from tests import factories
from tests.apps.consent import consent_cast, training_cast
from tests.apps.consent.check_cast import Door, release

ROUNDS = int(os.environ.get("RACES", "60"))
BACKEND = Actor("scan backend", "system")
SYSTEM = factories.SYSTEM
TRAIN = "train_shared_model"
Act = Callable[[], bool]
# By name: their packages export functions of the same names.
register, snapshots, end = (
    importlib.import_module(name) for name in ("compliance.retention.actions.register", "consent.actions.snapshots", "consent.actions.end")
)


@dataclass
class World:
    """One backend with a dataset, and what was seen: how often each act allowed, before and after the acknowledgement."""

    door: Door
    dataset: Dataset
    seen: Counter[tuple[str, bool, bool]] = field(default_factory=Counter)

    def check(self, name: str, purpose: str) -> bool:
        return bool(self.door.ask(name, purpose)["decision"])

    def snapshot(self, artifact: Artifact) -> bool:
        taken = take_snapshot(dataset=self.dataset, candidates=[artifact.external_id], actor=BACKEND, at=clock.now())
        return taken.allowed == 1


@pytest.fixture
def world(transactional_db: None, settings: Any) -> World:
    settings.ANNOUNCE_WORK = ""
    training_cast.promise()
    factories.system("https://scan.example.com")
    dataset = Dataset.objects.create(name="faces", purpose=TRAIN, system=SYSTEM, made_at=clock.now())
    return World(Door(system=SYSTEM), dataset)


def store_crop(subject: Subject) -> bool:
    """A backend that scanned and registers what it made; whether it may keep it."""
    item = Item(id=uuid.uuid4().hex, category="face_crop", store="crops", created_at=clock.now(), biometric=True)
    (answer,) = register_all(subject=subject, system=SYSTEM, purpose="face_scan", items=[item], actor=BACKEND, at=clock.now())
    return answer.status == "registered"


def training_copy(subject: Subject) -> Artifact:
    made = consent_cast.artifact(subject.pk, purpose=TRAIN, category="training_copy")
    Artifact.objects.filter(pk=made.pk).update(system=SYSTEM)
    return made


def take_back(subject: Subject, purpose: str) -> None:
    assert withdraw(subject_id=subject.pk, purpose=purpose, actor=PERSON, at=clock.now(), how="race").withdrawn == 1


def race(world: World, pool: ThreadPoolExecutor, acts: dict[str, Act], take: Callable[[], None]) -> None:
    """Everybody acts at once until they have acted after the acknowledgement; notes what was allowed when."""
    acknowledged, start = threading.Event(), threading.Barrier(len(acts) + 1)

    def go_on(name: str, act: Act) -> None:
        try:
            # Once before anybody takes anything back: there is something to race.
            world.seen[name, False, act()] += 1
            start.wait(30)
            knew = False
            while not knew:
                knew = acknowledged.is_set()
                world.seen[name, knew, act()] += 1
        finally:
            connection.close()

    others = [pool.submit(go_on, name, act) for name, act in acts.items()]
    start.wait(30)
    time.sleep(random.random() / 100)
    take()
    acknowledged.set()
    for other in others:
        other.result(30)


def one_round(world: World, pool: ThreadPoolExecutor, number: int) -> Subject:
    """One person takes back one purpose: the scan or the training, in turns."""
    name, purpose = f"person {number}", (TRAIN if number % 2 else "face_scan")
    subject = release(name, purpose).subject
    acts: dict[str, Act] = {"check": lambda: world.check(name, purpose)}
    if number % 2:
        copy = training_copy(subject)
        acts["snapshot"] = lambda: world.snapshot(copy)
    else:
        acts["registration"] = lambda: store_crop(subject)
    race(world, pool, acts, lambda: take_back(subject, purpose))
    return subject


def test_x15_no_act_that_began_after_an_acknowledged_withdrawal_allows(world: World) -> None:
    with ThreadPoolExecutor(3) as pool:
        people = [one_round(world, pool, number) for number in range(ROUNDS)]
    false_allows = {act: count for act, count in world.seen.items() if act[1] and act[2]}
    assert false_allows == {}
    for name in ("check", "registration", "snapshot"):
        assert world.seen[name, True, False] >= ROUNDS // 2, "each was asked after the acknowledgement, in each of its rounds"
        assert world.seen[name, False, True] >= ROUNDS // 2, "and was allowed before it, in each of them"
    left = Artifact.objects.filter(subject__in=people).exclude(pk__in=Outcome.objects.values("artifact_id"))
    assert not left.exists(), "whatever came in before, between or after is ordered destroyed"


# The windows, held open


@pytest.fixture
def pool(world: World) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


@dataclass
class Window:
    """A place in the code where one thread stops until it is let go."""

    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def before(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def stopping(*args: Any, **options: Any) -> Any:
            if not self.reached.is_set():
                self.reached.set()
                assert self.go_on.wait(20)
            return act(*args, **options)

        return stopping


def hold(monkeypatch: pytest.MonkeyPatch, window: Window, module: ModuleType, name: str) -> None:
    """Stop at the window before what a module calls by this name."""
    monkeypatch.setattr(module, name, window.before(getattr(module, name)))


def closing(act: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return run


def test_a_registration_that_looked_before_a_withdrawal_is_swept_up_by_it(
    world: World, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject, window = release("ana").subject, Window()
    hold(monkeypatch, window, register, "register_many")
    registering = pool.submit(closing(lambda: store_crop(subject)))
    assert window.reached.wait(10)
    taking = pool.submit(closing(lambda: take_back(subject, "face_scan")))
    time.sleep(0.1)
    assert not taking.done(), "it waits for the registration that holds the person"
    window.go_on.set()
    assert registering.result(20) is True
    taking.result(20)
    artifact = Artifact.objects.get()
    assert Outcome.objects.filter(artifact=artifact).exists()
    assert store_crop(subject) is False


def test_a_snapshot_that_looked_before_a_withdrawal_ends_before_it(
    world: World, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject, window = release("ana", TRAIN).subject, Window()
    copy = training_copy(subject)
    hold(monkeypatch, window, snapshots, "signed")
    training = pool.submit(closing(lambda: world.snapshot(copy)))
    assert window.reached.wait(10)
    taking = pool.submit(closing(lambda: take_back(subject, TRAIN)))
    time.sleep(0.1)
    assert not taking.done(), "it waits for the snapshot that holds the person"
    window.go_on.set()
    assert training.result(20) is True
    taking.result(20)
    member = Member.objects.get()
    assert member.snapshot.at <= Release.objects.get().ended_at  # type: ignore[operator]  # it has ended
    assert world.snapshot(copy) is False


def test_a_check_meets_a_withdrawal_that_is_written_and_not_yet_committed(
    world: World, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not acknowledged: either answer is true. Acknowledged: only one is."""
    subject, window = release("ana").subject, Window()
    hold(monkeypatch, window, end, "record")
    taking = pool.submit(closing(lambda: take_back(subject, "face_scan")))
    assert window.reached.wait(10)
    assert world.check("ana", "face_scan") is True, "and it does not wait for it either"
    window.go_on.set()
    taking.result(20)
    assert world.check("ana", "face_scan") is False


def test_i1_one_act_sent_twice_at_once_starts_one_run(world: World, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    release("ana", "regenerate")
    start = threading.Barrier(2)
    bind = getattr(evaluation, "bind")  # noqa: B009  # a name that the module only imports

    def together(**said: Any) -> bool:
        start.wait(10)
        return bool(bind(**said))

    monkeypatch.setattr(evaluation, "bind", together)
    asks = [pool.submit(closing(lambda: world.door.ask("ana", "regenerate", action_id="press-1")["decision"])) for _ in range(2)]
    assert sorted(ask.result(20) for ask in asks) == [False, True]
