import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def new_salt() -> str:
    return secrets.token_hex(8)


def default_encoder() -> str:
    return str(settings.DEFAULT_ENCODER)


class Role(models.TextChoices):
    ANNOTATOR = "annotator", _("Annotator")
    REVIEWER = "reviewer", _("Reviewer")
    MANAGER = "manager", _("Manager")


class ReviewPolicy(models.TextChoices):
    NONE = "none", _("None: what is submitted is gold")
    SAMPLE = "sample", _("A share of the annotations")
    ALL = "all", _("Every annotation")


class Selection(models.TextChoices):
    AUTO = "auto", _("Automatic")
    RANDOM = "random", _("Random")
    MARGIN = "margin", _("Least sure first")
    MARGIN_CLUSTERS = "margin_clusters", _("Least sure first, each of another kind")
    COVERING = "covering", _("Standing for most others first")
    TYPICAL = "typical", _("Typical of many others first")
    UNCERTAIN_TOKENS = "uncertain_tokens", _("Most uncertain words first (spans)")
    BADGE = "badge", _("Least sure and unlike each other (BADGE)")
    CORE_SET = "core_set", _("Unlike everything labeled (core-set)")


class Promotion(models.TextChoices):
    GATE = "gate", _("By itself when the gate passes it")
    MANUAL = "manual", _("By hand")


class FastHeadUse(models.TextChoices):
    ON = "on", _("On: every correction counts at once")
    OFF = "off", _("Off: predictions change with versions only")


class Explanations(models.TextChoices):
    ALLOWED = "allowed", _("Allowed")
    HIDDEN = "hidden", _("Hidden")


def text_here(text: str, text_zh: str) -> str:
    """The one of two texts that is in the reader's language, or the one there is."""
    in_chinese = (get_language() or "").startswith("zh")
    return (text_zh or text) if in_chinese else (text or text_zh)


class Project(models.Model):
    """One body of documents with its label sets and people. The settings below `salt` are the contract's."""

    name = models.CharField(_("name"), max_length=200)
    template = models.CharField(max_length=40, blank=True)
    guidelines = models.TextField(_("guidelines"), blank=True)
    guidelines_zh = models.TextField(_("guidelines in Chinese"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # Feeds the hash that splits train from test, so that one text may fall differently in two projects.
    salt = models.CharField(max_length=16, default=new_salt, editable=False)
    # The version whose predictions people see. A number, not a key: this package knows no models.
    production_version = models.PositiveIntegerField(null=True, blank=True, editable=False)

    # The newest version of the guidelines, so that every save can note it without asking; 0 before the first.
    guidelines_number = models.PositiveIntegerField(default=0, editable=False)

    encoder = models.CharField(_("encoder"), max_length=100, default=default_encoder)
    language = models.CharField(_("language of the texts"), max_length=10, blank=True)
    review = models.CharField(_("review"), max_length=10, choices=ReviewPolicy.choices, default=ReviewPolicy.NONE)
    review_share = models.FloatField(
        _("share to review"), default=0.1, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    review_first_answers = models.PositiveSmallIntegerField(
        _("first answers to review"), default=0, validators=[MaxValueValidator(1_000)]
    )
    review_uncertain_below = models.FloatField(
        _("review below this confidence"), default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    review_corrected_share = models.FloatField(
        _("share of corrections to review"), default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    review_blind_share = models.FloatField(
        _("share to review blind"), default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    overlap = models.PositiveSmallIntegerField(
        _("people a document"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    lease_minutes = models.FloatField(
        _("minutes a document is lent"), default=30, validators=[MinValueValidator(0.01), MaxValueValidator(10_080)]
    )
    selection = models.CharField(_("selection"), max_length=20, choices=Selection.choices, default=Selection.AUTO)
    random_share = models.FloatField(
        _("random share"), default=0.1, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    blind_share = models.FloatField(
        _("blind share"), default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    train_after = models.PositiveIntegerField(
        _("new gold that makes a run due"), default=100, help_text=_("0: runs start only by hand.")
    )
    promote = models.CharField(_("promotion"), max_length=10, choices=Promotion.choices, default=Promotion.GATE)
    auto_accept = models.JSONField(_("auto-accept"), default=None, null=True, blank=True)
    audit_share = models.FloatField(
        _("audit share"),
        default=0.05,
        db_default=0.05,
        validators=[MinValueValidator(0.01), MaxValueValidator(1.0)],
    )
    fast_head = models.CharField(
        _("fast head"), max_length=10, choices=FastHeadUse.choices, default=FastHeadUse.ON, db_default=FastHeadUse.ON
    )
    explanations = models.CharField(
        _("explanations"), max_length=10, choices=Explanations.choices, default=Explanations.ALLOWED
    )
    practice_size = models.PositiveSmallIntegerField(
        _("practice documents"), default=0, validators=[MaxValueValidator(200)]
    )
    practice_pass_mark = models.FloatField(
        _("pass mark"), default=0.8, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    hidden_gold_share = models.FloatField(
        _("hidden gold share"), default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(0.5)]
    )

    hourly_rate = models.FloatField(
        _("cost of an hour"),
        default=0,
        validators=[MinValueValidator(0.0), MaxValueValidator(1e6)],
        help_text=_("What an hour of annotating costs. 0: not told."),
    )
    currency = models.CharField(_("currency"), max_length=10, blank=True)

    # Decided ahead, so that lending need not ask: the newest plan of assignment rules (0: none, or one without rules),
    # whether it asks for several people on some documents, and the hidden share of each gold set, by its id.
    plan_number = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    is_shared_by_plan = models.BooleanField(default=False, db_default=False, editable=False)
    gold_set_shares = models.JSONField(default=dict, editable=False)

    class Meta:
        app_label = "annotation"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def guidelines_here(self) -> str:
        """The guidelines in the reader's language, or in the one there is."""
        return text_here(self.guidelines, self.guidelines_zh)

    @property
    def is_shared(self) -> bool:
        """Whether some document may wait for a second person."""
        return self.overlap > 1 or self.is_shared_by_plan


class Kind(models.TextChoices):
    CHOICE = "choice", _("Choice: one label")
    CHOICES = "choices", _("Choices: any number of labels")
    SPAN = "span", _("Span: labeled stretches")
    TEXT = "text", _("Text")


def title_here(titles: dict[str, str], name: str) -> str:
    return titles.get(get_language() or "en") or titles.get("en") or name


class LabelSet(models.Model):
    """One question asked of every document. `titles`: what people read, by language; the name is its identity."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="label_sets")
    name = models.CharField(max_length=100)
    titles = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    required = models.BooleanField(default=True)
    overlap = models.BooleanField(default=False)
    max_spans = models.PositiveIntegerField(null=True, blank=True)
    part_role = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "annotation"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="label_set_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return title_here(self.titles, self.name)


class Label(models.Model):
    label_set = models.ForeignKey(LabelSet, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=100)
    titles = models.JSONField(default=dict, blank=True)
    color = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=1, blank=True)
    definition = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "annotation"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["label_set", "name"], name="label_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return title_here(self.titles, self.name)


class Membership(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    # When practice opened the queue to this person; a manager may open it without.
    passed_practice_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Where a share of the project's answers is reviewed: that of this person's, if it is another one.
    review_share = models.FloatField(
        _("share to review"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.project_id}: {self.role}"


class GuidelinesVersion(models.Model):
    """The guidelines as they stood from one change to the next. `number` rises from 1 within a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guidelines_versions")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    text_zh = models.TextField(blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="guidelines_number_once")]

    def __str__(self) -> str:
        return f"guidelines {self.number} of {self.project_id}"

    @property
    def text_here(self) -> str:
        """The text in the reader's language, or in the one there is."""
        return text_here(self.text, self.text_zh)


class GuidelinesSeen(models.Model):
    """The newest guidelines that a person has opened."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        app_label = "annotation"
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="guidelines_seen_once")]

    def __str__(self) -> str:
        return f"{self.user_id} saw guidelines {self.number} of {self.project_id}"
