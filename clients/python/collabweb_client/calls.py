"""Every call of both clients, each named once. What a call does stands with its function."""

from collabweb_client import documents as _documents
from collabweb_client import finding as _finding
from collabweb_client import labels as _labels
from collabweb_client import managing as _managing
from collabweb_client import projects as _projects
from collabweb_client import training as _training
from collabweb_client import uploads as _uploads
from collabweb_client import webhooks as _webhooks
from collabweb_client import work as _work
from collabweb_client.verbs import Listing, Verb


class Calls:
    make_token = Verb(_projects.make_token)
    projects = Listing(_projects.projects)
    project = Verb(_projects.project)
    create_project = Verb(_projects.create_project)
    change_project = Verb(_projects.change_project)
    delete_project = Verb(_projects.delete_project)
    members = Listing(_projects.members)
    add_member = Verb(_projects.add_member)

    documents = Listing(_documents.documents)
    document = Verb(_documents.document)
    import_documents = Verb(_uploads.import_documents)
    upload = Verb(_uploads.upload)
    wait = Verb(_documents.wait)
    get_import = Verb(_documents.get_import)
    cancel_import = Verb(_documents.cancel_import)

    similar = Verb(_finding.similar)
    change_documents = Verb(_finding.change_documents)
    document_changes = Listing(_finding.document_changes)
    undo_change = Verb(_finding.undo_change)
    views = Listing(_finding.views)
    save_view = Verb(_finding.save_view)
    delete_view = Verb(_finding.delete_view)

    next_assignments = Verb(_work.next_assignments)
    assignments = Verb(_work.assignments)
    give_back = Verb(_work.give_back)
    annotate = Verb(_work.annotate)
    annotations = Listing(_work.annotations)
    review = Verb(_work.review)
    adjudicate = Verb(_work.adjudicate)

    labels = Listing(_labels.labels)
    follow = Listing(_labels.follow)
    export = Verb(_labels.export)
    exported = Listing(_labels.exported)
    to_pandas = Verb(_labels.to_pandas)
    to_datasets = Verb(_labels.to_datasets)

    predict = Listing(_training.predict)
    explain = Verb(_training.explain)
    runs = Listing(_training.runs)
    run = Verb(_training.run)
    start_run = Verb(_training.start_run)
    cancel_run = Verb(_training.cancel_run)
    wait_for_run = Verb(_training.wait_for_run)
    versions = Listing(_training.versions)
    version = Verb(_training.version)
    promote = Verb(_training.promote)
    rollback = Verb(_training.rollback)

    card = Verb(_managing.card)
    quality = Verb(_managing.quality)
    plan = Verb(_managing.plan)
    change_plan = Verb(_managing.change_plan)
    preview_plan = Verb(_managing.preview_plan)
    undo_plan = Verb(_managing.undo_plan)
    gold_sets = Listing(_managing.gold_sets)
    gold_set = Verb(_managing.gold_set)
    create_gold_set = Verb(_managing.create_gold_set)
    change_gold_set = Verb(_managing.change_gold_set)
    fill_gold_set = Verb(_managing.fill_gold_set)

    webhooks = Listing(_webhooks.webhooks)
    webhook = Verb(_webhooks.webhook)
    add_webhook = Verb(_webhooks.add_webhook)
    pause_webhook = Verb(_webhooks.pause_webhook)
    resume_webhook = Verb(_webhooks.resume_webhook)
    delete_webhook = Verb(_webhooks.delete_webhook)
    replay_webhook = Verb(_webhooks.replay_webhook)
    deliveries = Listing(_webhooks.deliveries)
