"""LibreOffice as another program that opens our workbooks."""

import subprocess

import pytest


@pytest.fixture(scope="session")
def convert(tmp_path_factory):
    """Return a function that saves a workbook in another format and gives the new file's path."""
    profile = tmp_path_factory.mktemp("libreoffice")

    def saved(source, folder, extension):
        command = [
            "soffice",
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--convert-to",
            extension,
        ]
        subprocess.run([*command, "--outdir", folder, source], check=True, capture_output=True, timeout=120)
        return folder / f"{source.stem}.{extension}"

    return saved
