"""The pages under /_dev/: the mailbox, the API, the logs. They exist on a developer's machine only.

What they show was written by users of the stack, so every value is escaped, and a mail's HTML is
shown in a frame that may not run scripts.
"""

import html
import json
import os
import re
import time
from datetime import datetime, timezone

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; color-scheme: light dark; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8888; padding: .75rem; border-radius: .5rem; }
article { border-top: 1px solid #8888; padding: 1rem 0; } iframe { width: 100%; height: 22rem; border: 1px solid #8888; background: #fff; }
nav a { margin-right: 1rem; } code { font-size: .95em; } .verb { display: inline-block; min-width: 4.5rem; font-weight: 600; }
"""
LINK = re.compile(r"https?://[^\s<>\"']+")
NEWEST = 200
LOG_TAIL_BYTES = 64 * 1024


def page(path, query, options):
    """The content type and body of a page, or (None, None)."""
    if path in ("/_dev", "/_dev/"):
        return "text/html", _frame("Developer's pages", "<p>Mail, API and logs of the local stack.</p>")
    if path == "/_dev/mailbox":
        return "text/html", _mailbox(query.get("to", ""))
    if path == "/_dev/mailbox.json":
        return "application/json", {"items": _mails(query.get("to", ""))}
    if path == "/_dev/api":
        return "text/html", _api(options.openapi)
    if path == "/_dev/openapi.json" and os.path.exists(options.openapi):
        return "application/json", _openapi(options.openapi)
    if path == "/_dev/logs":
        return "text/html", _logs(query.get("of", ""), options.logs)
    return None, None


def _frame(title, body):
    links = "".join(
        f'<a href="{href}">{text}</a>'
        for href, text in (("/", "Site"), ("/_dev/mailbox", "Mailbox"), ("/_dev/api", "API"), ("/_dev/logs", "Logs"))
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style><nav>{links}</nav><h1>{html.escape(title)}</h1>{body}</html>"
    )


def _mails(to):
    from ministack.services import ses

    found = []
    for key, entries in ses._sent_emails.to_dict().items():
        if key[-1] == "entries":
            found.extend(entries)
    found = [
        {
            "id": mail["MessageId"],
            "from": mail["Source"],
            "to": mail.get("To", []),
            "subject": mail.get("RenderedSubject") or mail.get("Subject", ""),
            "text": mail.get("RenderedBodyText") or mail.get("BodyText") or "",
            "html": mail.get("RenderedBodyHtml") or mail.get("BodyHtml") or "",
            "at": str(mail.get("Timestamp", "")),
        }
        for mail in found
    ]
    wanted = [mail for mail in found if not to or to.lower() in (one.lower() for one in mail["to"])]
    return wanted[::-1][:NEWEST]


def _linked(text):
    parts, last = [], 0
    for match in LINK.finditer(text):
        href = html.escape(match.group(0))
        parts += [html.escape(text[last:match.start()]), f'<a href="{href}">{href}</a>']
        last = match.end()
    return "".join(parts) + html.escape(text[last:])


def _mailbox(to):
    rows = []
    for mail in _mails(to):
        rendered = ""
        if mail["html"]:
            rendered = (
                "<details><summary>As HTML</summary><iframe title=\"The mail as HTML\" "
                'sandbox="allow-popups allow-top-navigation-by-user-activation" '
                f'srcdoc="{html.escape(mail["html"])}"></iframe></details>'
            )
        rows.append(
            f"<article><h2>{html.escape(mail['subject'])}</h2><p>To {html.escape(', '.join(mail['to']))}, "
            f"from {html.escape(mail['from'])}, {html.escape(_moment(mail['at']))}</p><pre>{_linked(mail['text'])}</pre>{rendered}</article>"
        )
    return _frame("Mailbox", "".join(rows) or "<p>No mail has been sent yet.</p>")


def _moment(timestamp):
    """When a mail was sent, for people: UTC to the second."""
    try:
        return datetime.fromtimestamp(float(timestamp), timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    except ValueError:
        return timestamp


def _openapi(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def _api(path):
    if not os.path.exists(path):
        return _frame("API", "<p>openapi.json has not been generated yet.</p>")
    document = _openapi(path)
    rows = []
    for route, operations in document.get("paths", {}).items():
        for verb, operation in operations.items():
            detail = json.dumps(
                {k: operation[k] for k in ("parameters", "requestBody", "responses") if k in operation}, indent=2)
            summary = operation.get("summary") or operation.get("description", "").split("\n")[0]
            rows.append(
                f'<details><summary><span class="verb">{verb.upper()}</span> <code>{html.escape(route)}</code> '
                f"{html.escape(summary)}</summary><p>{html.escape(operation.get('description', ''))}</p>"
                f"<pre>{html.escape(detail)}</pre></details>"
            )
    schemas = html.escape(json.dumps(document.get("components", {}).get("schemas", {}), indent=2))
    body = "".join(rows) + f"<details><summary>Schemas</summary><pre>{schemas}</pre></details>"
    return _frame("API", f'<p><a href="/_dev/openapi.json">openapi.json</a></p>{body}')


def _logs(of, folder):
    from ministack.services import cloudwatch_logs

    groups = sorted(cloudwatch_logs._log_groups)
    files = sorted(name for name in os.listdir(folder) if name.endswith(".log")) if folder else []
    links = "".join(
        f'<li><a href="/_dev/logs?of={html.escape(name)}">{html.escape(name)}</a></li>' for name in groups + files)
    text = ""
    if of in files:
        with open(os.path.join(folder, of), "rb") as file:
            file.seek(max(0, os.path.getsize(file.name) - LOG_TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    elif of in groups:
        events = [
            event for stream in cloudwatch_logs._log_groups[of]["streams"].values() for event in stream["events"]]
        events.sort(key=lambda event: event["timestamp"])
        text = "\n".join(
            time.strftime("%H:%M:%S ", time.gmtime(event["timestamp"] / 1000)) + event["message"]
            for event in events[-NEWEST:])
    shown = f"<h2>{html.escape(of)}</h2><pre>{html.escape(text) or 'Nothing yet.'}</pre>" if of in groups + files else ""
    return _frame("Logs", f"<ul>{links}</ul>{shown}")
