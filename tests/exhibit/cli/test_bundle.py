from pathlib import Path

from click.testing import CliRunner

from exhibit.cli import main
from tests.exhibit.operator.delivery.web import serving
from tests.fakes.bundle import write_bundle


def test_a_bundle_goes_from_one_machine_to_a_table(tmp_path: Path) -> None:
    run, key, www = CliRunner().invoke, tmp_path / "key.pem", tmp_path / "www"
    made = run(main, ["bundle", "key", str(key)])
    assert made.exit_code == 0, made.output
    assert run(main, ["bundle", "key", str(key)]).output == made.output
    folder = write_bundle(tmp_path / "made", name="visitor")
    done = run(main, ["bundle", "publish", str(folder), "-o", str(www), "--key", str(key)])
    assert done.exit_code == 0, done.output
    config = tmp_path / "config.yaml"
    config.write_text(f"state_dir: {tmp_path / 'state'}\n")
    with serving(www) as web:
        pull = ["bundle", "pull", f"{web.url}/visitor.json", "--config", str(config)]
        refused = run(main, pull)
        assert refused.exit_code == 2
        assert "operator.bundle_keys is empty" in refused.output
        known = f"operator:\n  bundle_keys: [{made.output.strip()}]\n"
        config.write_text(config.read_text() + known)
        done = run(main, pull)
        assert done.exit_code == 0, done.output
    (fetched,) = (tmp_path / "state" / "bundles").glob("visitor-*")
    assert done.output.strip().endswith(str(fetched))
