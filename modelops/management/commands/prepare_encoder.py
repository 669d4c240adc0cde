from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Build the folder of an encoder once from installed packages; later calls only look."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default=settings.DEFAULT_ENCODER)

    def handle(self, *args: object, **options: object) -> None:
        from modelops.registry import job

        try:
            folder = job.prepare(str(options["name"]))
        except KeyError as error:
            raise CommandError(f"There is no encoder {options['name']}.") from error
        except FileNotFoundError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(folder))
