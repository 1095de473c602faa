"""What sales brings to the application: how seats are named and drawn in templates."""

from flask import Flask

from eventflow.sales import seat_plans, seat_shapes


def init_app(app: Flask) -> None:
    seat_shapes.init_app(app)
    app.jinja_env.filters.update(
        bank_name=seat_plans.bank_name,
        section_called=seat_plans.section_called,
        where_whole=seat_plans.where_whole,
        chair_name=seat_plans.chair_name,
        state_name=seat_plans.state_name,
        state_word=seat_plans.state_word,
        where=seat_plans.where,
    )
