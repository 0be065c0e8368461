"""The pictures of the demonstration: scenes of two bakeries and a museum, painted when they are needed."""

from math import cos, pi, sin
from random import Random

from demo.painting import HEIGHT, WIDTH, Colour, Painting, Pen, Point, mixed

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
CANARD, LINEN = (34, 98, 106), (245, 241, 232)

# -- scenes ------------------------------------------------------------------------------------------------------------


def window() -> Painting:
    """A baker's window before dawn, lit from inside."""
    scene = Painting((24, 40, 58), (46, 58, 70), seed=1)
    scene.add(_wall, blur=0.8)
    scene.add(Pen.box, (160, 300, 700, 640), (250, 208, 128))
    scene.add(_row_of_loaves, scene.random, (180, 680, 460), 8, 34, blur=2, shadow=8)
    scene.add(_row_of_loaves, scene.random, (180, 680, 600), 7, 40, blur=1, shadow=8)
    scene.add(Pen.box, (750, 300, 910, 690), (40, 74, 78), shadow=10)
    scene.add(Pen.box, (775, 330, 885, 520), (250, 214, 140), blur=1)
    scene.add(_awning, shadow=26)
    scene.light(430, 470, 620, (255, 196, 110), 0.5)
    scene.light(830, 420, 260, (255, 196, 110), 0.35)
    return scene


def stollen() -> Painting:
    """A stollen cut open on a board."""
    scene = _table((222, 212, 196), (120, 82, 52), seed=2)
    scene.add(Pen.box, (140, 560, 960, 640), (176, 128, 82), 30, shadow=22)
    scene.add(Pen.disc, 600, 440, 340, 160, (206, 158, 98), shadow=24)
    scene.add(Pen.disc, 600, 425, 335, 145, (250, 247, 240), blur=3)
    scene.add(Pen.disc, 300, 450, 120, 160, (198, 142, 80), shadow=8)
    scene.add(Pen.disc, 300, 450, 108, 147, (243, 222, 172), blur=1)
    scene.add(Pen.disc, 308, 462, 38, 38, (252, 242, 206), blur=1)
    scene.add(_strewn, scene.random, (300, 450, 84, 120), ((86, 40, 34), (206, 120, 30), (60, 28, 30)), 30)
    scene.add(_sugar, scene.random, (300, 300, 950, 600), 420, blur=0.7)
    scene.light(820, 120, 640, (255, 246, 224), 0.45)
    return scene


def starter() -> Painting:
    """A jar of rye starter at its height."""
    scene = _table((232, 216, 190), (140, 98, 58), seed=3)
    scene.add(Pen.disc, 860, 190, 120, 120, (252, 240, 214), blur=26)
    scene.add(Pen.box, (390, 210, 690, 640), (206, 222, 220), 34, shadow=26)
    scene.add(Pen.box, (400, 350, 680, 632), (238, 222, 184), 28)
    scene.add(_strewn, scene.random, (540, 490, 125, 125), ((214, 194, 148), (226, 208, 164)), 70, blur=1)
    scene.add(Pen.box, (386, 440, 694, 450), (170, 52, 44))
    scene.add(Pen.box, (376, 170, 704, 226), (184, 128, 44), 12, shadow=6)
    scene.add(Pen.line, [(430, 260), (430, 590)], 12, WHITE, blur=5)
    scene.light(860, 190, 620, (255, 244, 214), 0.5)
    return scene


def apprentices() -> Painting:
    """Three apprentices in front of white tiles."""
    scene = Painting((220, 228, 222), (194, 206, 198), seed=4)
    scene.add(_tiles, blur=2.5)
    scene.add(_person, 270, (142, 90, 60), (52, 34, 26), blur=0.8, shadow=20)
    scene.add(_person, 810, (226, 178, 142), (146, 82, 40), blur=0.8, shadow=20)
    scene.add(_person, 540, (200, 146, 108), (40, 32, 30), blur=0.6, shadow=20)
    scene.light(200, 60, 700, (255, 252, 240), 0.35)
    return scene


def loaves() -> Painting:
    """Loaves cooling on racks in front of the oven."""
    scene = Painting((58, 44, 38), (38, 28, 26), seed=5)
    scene.add(Pen.box, (330, 90, 750, 300), (255, 150, 60), 150, blur=14)
    for height, blur, loaf in ((410, 3, 46), (560, 1.5, 54), (720, 0.5, 62)):
        scene.add(_row_of_loaves, scene.random, (40, 1040, height), 7, loaf, blur=blur, shadow=14)
        scene.add(Pen.line, [(0, height + 8), (WIDTH, height + 8)], 7, (146, 140, 134), blur=0.6)
    scene.light(540, 200, 720, (255, 150, 70), 0.6)
    return scene


def mince_pies() -> Painting:
    """Mince pies in rows, from above."""
    scene = Painting(mixed(CANARD, BLACK, 0.1), mixed(CANARD, BLACK, 0.4), seed=6)
    scene.add(_pies, shadow=14)
    scene.add(_sugar, scene.random, (0, 0, WIDTH, HEIGHT), 500, blur=0.8)
    scene.light(840, 80, 760, (255, 240, 210), 0.4)
    return scene


def yule_log() -> Painting:
    """A Yule log on a white dish."""
    scene = _table((230, 222, 210), (150, 128, 104), seed=7)
    scene.add(Pen.disc, 540, 640, 440, 90, (248, 245, 238), shadow=20)
    scene.add(Pen.box, (250, 380, 900, 640), (92, 52, 34), 110, shadow=24)
    scene.add(_bark, scene.random, blur=1)
    scene.add(Pen.disc, 270, 510, 92, 128, (122, 72, 44), shadow=6)
    scene.add(Pen.disc, 270, 510, 78, 112, (240, 212, 158))
    scene.add(Pen.line, _spiral(270, 510), 11, (122, 72, 44), blur=0.6)
    scene.add(_sugar, scene.random, (300, 370, 880, 460), 380, blur=1)
    scene.add(_berries, 560, 392, shadow=6)
    scene.light(300, 100, 640, (255, 250, 236), 0.4)
    return scene


def croissants() -> Painting:
    """Croissants on a tray, still warm."""
    scene = Painting((84, 76, 72), (52, 46, 44), seed=8)
    for x, y in ((280, 250), (780, 240), (290, 600), (790, 590)):
        scene.add(_croissant, x, y, blur=0.6, shadow=14)
    scene.light(820, 60, 820, (255, 222, 170), 0.5)
    return scene


def tide() -> Painting:
    """A lighthouse at the harbour mouth, the tide coming in."""
    scene = Painting((170, 198, 212), (240, 226, 202), seed=9)
    scene.add(Pen.disc, 800, 260, 76, 76, (255, 244, 214), blur=10)
    scene.light(800, 260, 560, (255, 236, 196), 0.6)
    scene.add(_lighthouse, blur=0.8)
    for nearness, colour in enumerate(((104, 158, 170), (62, 126, 142), (36, 92, 108), (20, 62, 76))):
        scene.add(_wave, 480 + 78 * nearness, 14 + 5 * nearness, nearness, colour, blur=2.4 - 0.6 * nearness)
    scene.add(_glints, scene.random, blur=1)
    return scene


def boat() -> Painting:
    """A fishing boat at her mooring, at dusk."""
    scene = Painting((62, 66, 104), (232, 150, 112), seed=10)
    scene.light(300, 470, 640, (255, 190, 120), 0.7)
    scene.add(_wave, 470, 12, 1, (96, 86, 118), blur=2)
    scene.add(_hull, blur=0.6, shadow=10)
    for nearness, colour in enumerate(((70, 70, 104), (46, 52, 84), (28, 36, 62))):
        scene.add(_wave, 585 + 70 * nearness, 12 + 4 * nearness, nearness, colour, blur=1.6 - 0.5 * nearness)
    scene.add(_glints, scene.random, blur=1)
    return scene


# -- what they are made of ---------------------------------------------------------------------------------------------


def _table(wall: Colour, wood: Colour, *, seed: int) -> Painting:
    scene = Painting(wall, mixed(wall, BLACK, 0.12), seed=seed)
    scene.add(Pen.box, (-60, 470, WIDTH + 60, HEIGHT + 60), wood, blur=2)
    for y in (548, 640, 742):
        scene.add(Pen.line, [(0, y), (WIDTH, y + 4)], 3, mixed(wood, BLACK, 0.3), blur=1)
    return scene


def _wall(pen: Pen) -> None:
    pen.box((90, 0, 990, 690), (96, 54, 46))
    for y in range(24, 690, 24):
        pen.line([(90, y), (990, y)], 2, (78, 42, 36))
        for x in range(90 + 30 * (y // 24 % 2), 990, 60):
            pen.line([(x, y), (x, y + 24)], 2, (78, 42, 36))


def _awning(pen: Pen) -> None:
    for stripe in range(10):
        colour = CANARD if stripe % 2 else LINEN
        left, right = 140 + 58 * stripe, 198 + 58 * stripe
        below = [(120 + 62 * stripe + 62 * part, 300) for part in (1, 0)]
        pen.shape([(left, 215), (right, 215), *below], colour)
        pen.disc(151 + 62 * stripe, 300, 31, 16, colour)


def _row_of_loaves(pen: Pen, random: Random, where: tuple[int, int, int], count: int, size: int) -> None:
    left, right, y = where
    step = (right - left) / count
    for number in range(count):
        x = left + step * (number + 0.5) + random.uniform(-4, 4)
        crust = mixed((150, 92, 44), (214, 160, 84), random.random())
        pen.disc(x, y - size * 0.5, step * 0.46, size, crust)
        pen.disc(x - step * 0.08, y - size * 0.75, step * 0.3, size * 0.55, mixed(crust, (255, 226, 170), 0.35))
        for cut in (-0.18, 0, 0.18):
            middle = x + step * cut
            ends = [(middle - 5, y - size * 0.1), (middle + 7, y - size * 1.2)]
            pen.line(ends, 4, mixed(crust, LINEN, 0.6))


def _strewn(
    pen: Pen, random: Random, where: tuple[int, int, int, int], colours: tuple[Colour, ...], count: int
) -> None:
    """Drops within an ellipse: fruit in a cake, bubbles in a dough."""
    x, y, rx, ry = where
    for _ in range(count):
        angle, reach, size = random.uniform(0, 2 * pi), random.random() ** 0.5, random.uniform(4, 11)
        pen.disc(x + rx * reach * cos(angle), y + ry * reach * sin(angle), size, size * 0.8, random.choice(colours))


def _sugar(pen: Pen, random: Random, within: tuple[int, int, int, int], count: int) -> None:
    left, top, right, bottom = within
    for _ in range(count):
        size = random.uniform(0.8, 3)
        pen.disc(random.uniform(left, right), random.triangular(top, bottom), size, size, WHITE)


def _tiles(pen: Pen) -> None:
    for row, y in enumerate(range(0, HEIGHT, 66)):
        pen.line([(0, y), (WIDTH, y)], 4, (178, 192, 184))
        for x in range(-60 * (row % 2), WIDTH, 120):
            pen.line([(x, y), (x, y + 66)], 4, (178, 192, 184))


def _person(pen: Pen, x: int, skin: Colour, hair: Colour) -> None:
    pen.disc(x, 790, 180, 270, LINEN)
    pen.box((x - 42, 450, x + 42, 560), mixed(skin, BLACK, 0.12), 30)
    pen.box((x - 96, 600, x + 96, HEIGHT + 20), CANARD, 14)
    pen.line([(x - 90, 606), (x - 60, 540)], 14, CANARD)
    pen.line([(x + 90, 606), (x + 60, 540)], 14, CANARD)
    pen.disc(x, 370, 92, 112, hair)
    pen.disc(x, 400, 80, 98, skin)
    pen.box((x - 92, 292, x + 92, 350), CANARD, 26)
    for side in (-30, 30):
        pen.disc(x + side, 395, 7, 8, (34, 26, 24))
    pen.arc((x - 34, 391, x + 34, 459), (25, 155), 6, (120, 50, 46))


def _pies(pen: Pen) -> None:
    for row in range(4):
        for column in range(-1, 4):
            _pie(pen, 150 + 260 * column + 130 * (row % 2), 150 + 235 * row)


def _pie(pen: Pen, x: int, y: int) -> None:
    pen.disc(x, y, 104, 104, (178, 116, 46))
    for notch in range(28):
        angle = notch * 2 * pi / 28
        pen.disc(x + 98 * cos(angle), y + 98 * sin(angle), 10, 10, (226, 172, 98))
    pen.disc(x, y, 84, 84, (74, 30, 24))
    points: list[Point] = []
    for corner in range(10):
        reach, angle = (80 if corner % 2 == 0 else 36), corner * pi / 5 - pi / 2
        points.append((x + reach * cos(angle), y + reach * sin(angle)))
    pen.shape(points, (232, 182, 108))


def _bark(pen: Pen, random: Random) -> None:
    for _ in range(60):
        x, y = random.uniform(360, 840), random.uniform(400, 625)
        pen.line([(x, y), (x + random.uniform(20, 70), y + random.uniform(-4, 4))], 6, (124, 76, 48))


def _spiral(x: int, y: int) -> list[Point]:
    turns = [step * 0.2 for step in range(62)]
    return [(x + 5.6 * turn * cos(turn), y + 8 * turn * sin(turn)) for turn in turns]


def _berries(pen: Pen, x: int, y: int) -> None:
    for side in (-1, 1):
        pen.shape([(x, y), (x + 50 * side, y - 34), (x + 96 * side, y - 6), (x + 50 * side, y + 14)], (38, 96, 62))
    for right, down in ((-16, 4), (16, 6), (0, -14)):
        pen.disc(x + right, y + down, 16, 16, (176, 34, 40))
        pen.disc(x + right - 5, y + down - 5, 4, 4, (236, 150, 150))


def _croissant(pen: Pen, x: int, y: int) -> None:
    """Nine slices along an arc, thickest in the middle."""
    for number in range(9):
        angle = pi + number * pi / 8
        size = 34 + 52 * sin(number * pi / 8)
        middle = (x + 150 * cos(angle), y + 90 + 120 * sin(angle))
        pen.disc(*middle, size, size, mixed((128, 70, 28), (176, 106, 46), number % 2))
        pen.disc(middle[0] - 6, middle[1] - size * 0.3, size * 0.7, size * 0.5, (224, 168, 92))


def _lighthouse(pen: Pen) -> None:
    pen.shape([(150, 560), (170, 250), (250, 250), (270, 560)], LINEN)
    for top in (310, 430):
        pen.shape([(166, top), (254, top), (260, top + 62), (160, top + 62)], (181, 67, 58))
    pen.box((176, 196, 244, 250), (250, 208, 110))
    pen.shape([(164, 198), (210, 140), (256, 198)], (70, 40, 40))
    pen.shape([(-20, 560), (120, 500), (330, 520), (460, 580)], (86, 84, 82))


def _wave(pen: Pen, y: int, swell: int, phase: int, colour: Colour) -> None:
    crest: list[Point] = [(x, y + swell * sin(x / (90 + 14 * phase) + phase * 1.7)) for x in range(-40, WIDTH + 60, 20)]
    pen.shape([*crest, (WIDTH + 60, HEIGHT + 20), (-40, HEIGHT + 20)], colour)


def _hull(pen: Pen) -> None:
    pen.line([(640, 560), (640, 160)], 9, (60, 44, 40))
    pen.line([(640, 180), (860, 540)], 3, (60, 44, 40))
    pen.line([(640, 180), (400, 540)], 3, (60, 44, 40))
    pen.box((560, 440, 700, 560), LINEN, 8)
    pen.box((580, 462, 620, 500), (70, 90, 110), 4)
    pen.shape([(330, 530), (930, 530), (850, 640), (420, 640)], (150, 44, 42))
    pen.line([(330, 534), (930, 534)], 12, LINEN)


def _glints(pen: Pen, random: Random) -> None:
    for _ in range(160):
        x, y = random.triangular(100, 1000, 800), random.uniform(500, 790)
        pen.line([(x, y), (x + random.uniform(6, 26), y)], 2, (250, 240, 214))
