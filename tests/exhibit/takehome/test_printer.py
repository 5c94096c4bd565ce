"""A printer that cannot print says why; one that can gets the page at its true size."""

from pathlib import Path

import pytest

from exhibit.takehome.outbox import DeliveryError, Parcel
from exhibit.takehome.printer import Printer, problem_of
from tests.fakes.cups import PAPER_OUT, STOPPED, FakeCups, on_path

PDF = Parcel("drawing.pdf", b"%PDF-1.4 a drawing", 0.0)


@pytest.fixture
def cups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCups:
    return on_path(tmp_path / "cups", monkeypatch)


def test_printer_is_given_the_page_with_its_paper_and_no_scaling(cups: FakeCups) -> None:
    Printer("shop").send(PDF, "A6")
    assert cups.printed() == [PDF.content]
    (options,) = cups.options()
    assert options[:2] == ["-d", "shop"]
    assert "media=A6" in options
    assert "print-scaling=none" in options


def test_printer_out_of_paper_keeps_the_page_back_and_says_so(cups: FakeCups) -> None:
    cups.fail("lpstat", 0, PAPER_OUT)
    with pytest.raises(DeliveryError, match=r"printer 'shop': media-empty$"):
        Printer("shop").send(PDF, "A5")
    assert cups.printed() == []


def test_printer_that_is_no_queue_is_named_with_what_cups_says(cups: FakeCups) -> None:
    cups.fail("lpstat", 1, err='lpstat: Invalid destination name in list "shop".\n')
    assert Printer("shop").problem() == (
        "printer 'shop': lpstat: Invalid destination name in list \"shop\"."
    )


def test_printer_of_a_cups_that_does_not_run_is_not_called_unknown(cups: FakeCups) -> None:
    cups.stop_scheduler()
    assert Printer("shop").problem() == "printer 'shop': CUPS does not run"


def test_printer_refused_by_lp_raises_with_its_words(cups: FakeCups) -> None:
    cups.fail("lp", 1, err="lp: Unsupported document-format.\nmore\n")
    with pytest.raises(DeliveryError, match="Unsupported document-format"):
        Printer("shop").send(PDF, "A5")


def test_printer_without_cups_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "apt install cups-client" in Printer("shop").problem()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (STOPPED, "stopped: The printer may not exist."),
        ("printer a is idle.  enabled since x\n\tAlerts: none\n", ""),
        ("printer a is idle.  enabled since x\n\tAlerts: media-low-warning\n", ""),
        ("printer a is idle.  enabled since x\n\tAlerts: cups-waiting-for-job-completed\n", ""),
        ("printer a is idle.  enabled since x\n\tAlerts: door-open media-jam-error\n",
         "door-open, media-jam"),
        ("printer a is idle.  enabled since x\n\tAlerts: offline-report\n", "offline"),
        ("printer a is idle.  enabled since x\n", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_problem_of_reads_what_keeps_a_printer_from_printing(said: str, expected: str) -> None:
    assert problem_of(said) == expected
