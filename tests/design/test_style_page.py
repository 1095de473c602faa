"""The living style page is there in development."""


def test_the_style_page_shows_every_component(app):
    browser = app.test_client()

    answer = browser.get("/dev/styles", base_url="http://eventflow.test")

    assert answer.status_code == 200
    assert "perforation" in answer.text or "ticket" in answer.text


def test_it_is_no_page_of_a_tenant(storefront):
    assert storefront.get("/dev/styles").status_code == 404
