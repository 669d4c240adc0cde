from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModelopsConfig(AppConfig):
    name = "modelops"
    verbose_name = _("Models")

    def ready(self) -> None:
        from modelops import loop

        loop.listen()
