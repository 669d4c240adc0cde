"""The words for commands and keys: titles in the list of keys and in the palette, and what changing a key says."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def command_strings() -> dict[str, str]:
    return {**_answer(), **_spans(), **_view(), **_groups(), **_changing(), **_finding()}


def _answer() -> dict[str, str]:
    return {
        "command_accept": _("Accept everything and go on"),
        "command_skip": _("Skip this document"),
        "command_label_together": _("Give this answer to its near-duplicates, too"),
        "command_undo": _("Undo, also the last document"),
        "command_redo": _("Redo"),
        "command_back": _("Back to the last document"),
        "command_find": _("Find a label by its letters"),
        "command_again": _("Look for new documents"),
        "redone": _("Done again"),
        "nothing_to_redo": _("There is nothing to redo"),
    }


def _spans() -> dict[str, str]:
    return {
        "command_next_span": _("Next span"),
        "command_previous_span": _("Previous span"),
        "command_accept_span": _("Accept the span"),
        "command_remove_span": _("Remove the span"),
        "command_end_left": _("Move the span's end to the left"),
        "command_end_right": _("Move the span's end to the right"),
        "command_start_left": _("Move the span's start to the left"),
        "command_start_right": _("Move the span's start to the right"),
        "command_move_span_left": _("Move the span back"),
        "command_move_span_right": _("Move the span on"),
        "command_split_span": _("Split the span at the cursor"),
        "command_merge_span": _("Join the span with its neighbor"),
        "command_another_label": _("Add another label to the span"),
        "command_granularity": _("Switch between words and characters"),
        "keys_move": _("Move by word or line"),
        "keys_extend": _("Extend the selection"),
    }


def _view() -> dict[str, str]:
    return {
        "command_ideas": _("What the newer model would change"),
        "command_guidelines": _("Guidelines"),
        "command_comments": _("Comments on this document"),
        "command_flag": _("Flag this document, or take the flag back"),
        "command_help": _("All keys, and change them"),
        "command_palette": _("Do anything by its name"),
        "command_find_text": _("Find in the text"),
    }


def _groups() -> dict[str, str]:
    return {
        "group_answer": pgettext("keys", "Answer"),
        "group_spans": pgettext("keys", "Spans"),
        "group_view": pgettext("keys", "Reading and help"),
        "group_document": pgettext("keys", "Documents on the desk"),
        "key_places": _("The first labels of the list"),
    }


def _changing() -> dict[str, str]:
    return {
        "no_key": _("no key"),
        "change_key_of": _("Change the key of “{title}”, now {keys}"),
        "press_a_key": _("Press the new key…"),
        "press_for": _("Press the new key for “{title}”. Esc leaves it as it is, Del takes its key away."),
        "key_is_fixed": _("{key} can't be given to a command. Choose a letter, a digit or a sign."),
        "key_set": _("“{title}” has the key {key} now"),
        "key_taken_away": _("“{title}” has no key now"),
        "key_kept": _("“{title}” keeps its key"),
        "key_conflict": _("{key} is the key of “{other}”. Swap the two?"),
        "key_conflict_take": _("{key} is the key of “{other}”, which would have none then. Take it?"),
        "keys_reset": _("All keys are as they came"),
        "reset_key_of": _("Give “{title}” its first key back"),
        "single_keys_off": _("Keys of one letter are off. Ctrl+Enter accepts, Ctrl+K finds every command."),
        "single_keys_on": _("Keys of one letter are on"),
        "commands_found_one": _("{count} found"),
        "commands_found_other": _("{count} found"),
        "labels_found_one": _("{count} label found"),
        "labels_found_other": _("{count} labels found"),
    }


def _finding() -> dict[str, str]:
    return {
        "match_place": _("{place} of {total}"),
        "no_matches": _("Not in this text"),
        "label_all": _("Label all {total} as…"),
        "labeled_all_one": _("{count} place labeled as {label}, {key_undo} takes it back"),
        "labeled_all_other": _("{count} places labeled as {label}, {key_undo} takes them back"),
        "labeled_none": _("Every place has this label already"),
    }
