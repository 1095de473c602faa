"""Draw every picture of the demo into `pictures/`, and say how large each became."""

from pathlib import Path

from eventflow.demo.drawing import festival, hall, hall_music, logos, studio, theatre

PICTURES = Path(__file__).parents[1] / "pictures"


def main() -> None:
    drawn = {**studio.PICTURES, **festival.PICTURES, **hall.PICTURES, **hall_music.PICTURES}
    drawn |= theatre.PICTURES
    drawn |= {f"logo-{slug}": mark for slug, mark in logos.LOGOS.items()}
    for name, draw in drawn.items():
        path = PICTURES / f"{name}.webp"
        draw().save(path)
        print(f"{path.stat().st_size / 1024:6.1f} KB  {path.name}")


if __name__ == "__main__":
    main()
