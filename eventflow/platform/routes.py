"""What the platform's own people look at: for now, the living style page of development."""

from flask import Blueprint, abort, current_app, render_template

from eventflow.accounts.hosts import only_on_base_host

bp = only_on_base_host(Blueprint("platform", __name__))


@bp.get("/dev/styles")
def show_styles() -> str:
    """Every component in all its states; not in production."""
    if current_app.config["SETTINGS"].is_production:
        abort(404)
    return render_template("dev/styles.html")
