"""What the editor says while one draws: announcements, hints, how saving stands.

Its script has no words of its own, so that these go through the catalogs as all others do. What
stands in braces is filled in by the script.
"""

from flask_babel import gettext as _


def words() -> dict[str, str]:
    return _things() | _hints() | _happened() | _wrong() | _saving() | _together()


def _things() -> dict[str, str]:
    return {
        "seats": _("{count} seats"),
        "rows": _("{count} rows"),
        "standing": _("{count} standing"),
        "shapes": _("{count} shapes"),
        "aSeat": _("{section}, row {row}, seat {number}"),
        "aSection": _("Section {name}"),
        "accessible": _("accessible"),
        "companion": _("companion"),
        "unpriced": _("no category"),
        "asSection": _("as its section"),
        "focal": _("focal point"),
        "nothing": _("nothing"),
        "several": _("several"),
        "wholeMap": _("The map"),
        "kind-stage": _("stage"),
        "kind-rectangle": _("rectangle"),
        "kind-ellipse": _("ellipse"),
        "kind-polygon": _("polygon"),
        "kind-line": _("line"),
        "kind-text": _("text"),
        "stage": _("Stage"),
        "text": _("Text"),
        "newSection": _("Section"),
        "aNewSection": _("A new section"),
        "newCategory": _("Category {number}"),
        "categoryName": _("Name of category {number}"),
        "categoryColour": _("Colour of {name}"),
        "paintWith": _("Paint with {name}"),
        "chooseThese": _("Choose the seats of {name}"),
        "dropCategory": _("Remove the category {name}"),
        "counted": _("{seats} seats · {standing} standing"),
    }


def _hints() -> dict[str, str]:
    return {
        "hint-select": _(
            "Press to choose, pull to move; double press for the row. ? for the keys."
        ),
        "hint-pan": _("Pull to move the floor."),
        "hint-block": _("Press where the middle of the front row is, or Enter."),
        "hint-row": _("Pull from the first seat to the last, or press Enter."),
        "hint-table": _("Press where the table stands, or Enter."),
        "hint-booth": _("Press where the booth stands, or Enter."),
        "hint-standing": _("Pull over the floor that people stand on, or press Enter."),
        "hint-outline": _("Press each corner of the section; Enter finishes."),
        "hint-stage": _("Pull out the stage, or press Enter."),
        "hint-rectangle": _("Pull it out, or press Enter."),
        "hint-ellipse": _("Pull it out, or press Enter."),
        "hint-polygon": _("Press each corner; Enter finishes."),
        "hint-line": _("Pull it, or press each point; Enter finishes."),
        "hint-text": _("Press where it stands, or Enter."),
        "hint-focal": _("Press where everybody looks, or Enter."),
        "hint-brush": _("Paint over seats; 1 to 9 paint what is chosen."),
    }


def _happened() -> dict[str, str]:
    return {
        "chosen": _("Chosen: {what}"),
        "stepped": _("{what}"),
        "undone": _("Undone: {what}"),
        "redone": _("Done again: {what}"),
        "moved": _("Moved"),
        "deleted": _("Deleted: {what}"),
        "painted": _("Painted {count} seats: {name}"),
        "copied": _("Copied: {what}"),
        "pasted": _("Pasted"),
        "pastedAcross": _("Duplicated to the other side, mirrored"),
        "aligned": _("Aligned"),
        "distributed": _("Distributed evenly"),
        "corner": _("Corner {number} of {count}. Arrows move it."),
        "cornerMoved": _("Corner moved"),
        "noCorners": _("Choose one section with an outline first."),
        "mirrored": _("Mirrored"),
        "turned": _("Turned"),
        "changed": _("Changed"),
        "numbered": _("Numbered {count} rows"),
        "blockDrawn": _("Drew {count} seats in {rows} rows: {name}"),
        "previewBlock": _("{count} seats in {rows} rows: {width} m wide, {depth} m deep"),
        "previewTables": _("{count} seats at {rows} tables: {width} m wide, {depth} m deep"),
        "previewTable": _("{count} seats at one table: {width} m wide, {depth} m deep"),
        "tableDrawn": _("Drew a table with {count} seats"),
        "tablesDrawn": _("Drew {tables} tables with {count} seats"),
        "standingDrawn": _("Drew {name}, where {count} stand"),
        "rowDrawn": _("Drew row {label} of {count} seats"),
        "shapeDrawn": _("Drew: {what}"),
        "outlined": _("Drew the outline of {name}"),
        "pointAdded": _("{count} points; Enter finishes"),
        "focalMoved": _("Moved the focal point"),
        "categoryAdded": _("Added {name}"),
        "categoryDropped": _("Removed {name}"),
        "paintsWith": _("The brush paints {name}"),
        "snapOn": _("Things keep to the grid"),
        "snapOff": _("Things stand where you put them"),
        "broughtBack": _("Brought back what was not saved"),
    }


def _wrong() -> dict[str, str]:
    return {
        "nothingToUndo": _("There is nothing to undo"),
        "nothingToRedo": _("There is nothing to do again"),
        "nothingChosen": _("Choose something first"),
        "nothingCopied": _("Copy something first"),
        "noSeats": _("There is no seat yet"),
        "noCursor": _("Press N to go to the first seat"),
        "noCategory": _("There is no category of this number"),
        "mayNot": _("Your role may look at maps. Ask an admin to change them."),
        "labelsTaken": _("A row of the section has such a label already. Choose another start."),
        "labelTaken": _("Another row of this section has this label"),
        "numberTaken": _("Another seat of this row has this number"),
        "nameTaken": _("This name is empty, or another one has it"),
        "tooSmall": _("This has to be larger"),
        "tooFewPoints": _("There are too few corners"),
        "needed": _("This can't be empty."),
        "numberBetween": _("Write a number from {least} to {most}."),
        "wholeBetween": _("Write a whole number from {least} to {most}."),
        "startNumber": _("Write a whole number to start at, such as 1."),
        "startLetter": _("Write a letter to start at, such as A."),
        "wrongAisles": _("Write numbers of seats in a row, such as 5, 15; none after the last."),
        "tooTight": _("A row would run into itself. Write 0, or {least} and more."),
        "tooClose": _("They would stand less than {least} cm apart."),
        "onOneSpot": _("1 seat stands on the very spot of another. Choose it"),
        "onSpots": _("{count} seats stand on the very spots of others. Choose them"),
        "tooManySeats": _("That would be {count} seats; there is room for {left} more."),
        "noMoreSeats": _("A map has 40,000 seats at most."),
        "tooManyThings": _("A map has 500 sections, 200 categories and 5,000 shapes at most."),
        "tooFar": _("Nothing is drawn further than 10 km from where the map begins."),
        "copyFailed": _("The copy could not be kept. Please try again."),
        "paleOnPaper": _("Hard to see on light paper"),
        "darkAtNight": _("Hard to see in the dark"),
        "likeAnother": _("Looks like another category"),
    }


def _saving() -> dict[str, str]:
    return {
        "save-saved": _("Saved {time}"),
        "save-saving": _("Saving…"),
        "save-away": _("Not saved: no network, trying again"),
        "save-shut": _("Not saved: please sign in again in another tab. Your edits are kept here."),
        "save-refused": _("Not saved: {detail}"),
        "save-behind": _("Not saved yet"),
        "kept": _("Edits of {time} were not saved. They are kept in this browser."),
        "keptOlder": _(
            "Edits of {time} were not saved, and the map was changed since. They are kept in "
            "this browser."
        ),
    }


def _together() -> dict[str, str]:
    return {
        "isHere": _("{who} has this map open too"),
        "theyHere": _("{who} have this map open too"),
        "manyHere": _("{count} others"),
        "youElsewhere": _("You have this map open in another tab too"),
        "youInAnotherTab": _("you, in another tab,"),
        "newerSoon": _(
            "{who} saved a newer version at {time}. It comes in when you have finished what you "
            "are at."
        ),
        "newerSoonYou": _(
            "You saved a newer version in another tab at {time}. It comes in when you have "
            "finished what you are at."
        ),
        "broughtIn": _("{who} changed this map at {time}: {what}."),
        "broughtInYou": _("You changed this map in another tab at {time}: {what}."),
        "broughtTogether": _("Yours and what {who} saved at {time} are together now: {what}."),
        "broughtTogetherYou": _(
            "Yours and what you saved in another tab at {time} are together now: {what}."
        ),
        "renamed": _("Both were called {before}; yours is {now} now."),
        "clash": _(
            "You and {who} both changed the same at {time}: {what}. Whose stands? All else of "
            "both is kept."
        ),
        "clashWhole": _(
            "What {who} saved at {time} and what you drew can’t be brought together. Yours is "
            "kept in this browser until you choose."
        ),
        "wasBefore": _("Before"),
        "isNow": _("Now"),
        "isTheirs": _("Theirs"),
        "isMine": _("Yours"),
        "tookTheirs": _("Took theirs"),
        "tookOut": _("Took it out again"),
        "tookOutSome": _("Took it out again, but for what was changed since: {what}"),
        "cannotTakeOut": _("It can’t be taken out any more: what was drawn since needs it"),
        "seatIn": _("1 seat in {name}"),
        "seatsIn": _("{count} seats in {name}"),
        "aCategory": _("category {name}"),
        "aRow": _("{section}, row {row}"),
        "canvas": _("canvas"),
        "seatGone": _("1 seat removed"),
        "seatsGone": _("{count} seats removed"),
        "sectionGone": _("1 section removed"),
        "sectionsGone": _("{count} sections removed"),
        "shapeGone": _("1 shape removed"),
        "shapesGone": _("{count} shapes removed"),
        "categoryGone": _("1 category removed"),
        "categoriesGone": _("{count} categories removed"),
        "andMore": _("{count} more"),
    }
