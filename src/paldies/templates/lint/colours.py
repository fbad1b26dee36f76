"""Colours as CSS writes them, and how well one is read upon another (WCAG 2.2, 1.4.3)."""

import re
from colorsys import hls_to_rgb

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)

_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_CALL = re.compile(r"(rgb|hsl|hwb)a?\(([^()]*)\)")
_TURNS = {"turn": 360.0, "grad": 0.9, "rad": 57.29577951308232, "deg": 1.0}
# CSS Color 4, 6.1, without those that are spelt "gray" as well
_NAMED = {
    name: number
    for names in """
aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc
bisque ffe4c4 black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a
burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50
cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b
darkgoldenrod b8860b darkgrey a9a9a9 darkgreen 006400 darkkhaki bdb76b darkmagenta 8b008b
darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a
darkseagreen 8fbc8f darkslateblue 483d8b darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3
deeppink ff1493 deepskyblue 00bfff dimgrey 696969 dodgerblue 1e90ff firebrick b22222
floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700
goldenrod daa520 grey 808080 green 008000 greenyellow adff2f honeydew f0fff0 hotpink ff69b4
indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5
lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff
lightgoldenrodyellow fafad2 lightgrey d3d3d3 lightgreen 90ee90 lightpink ffb6c1 lightsalmon ffa07a
lightseagreen 20b2aa lightskyblue 87cefa lightslategrey 778899 lightsteelblue b0c4de
lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000
mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db
mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc
mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5
navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500
orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee
palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd
powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1
saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d
silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategrey 708090 snow fffafa springgreen 00ff7f
steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee
wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32
transparent 00000000""".splitlines()
    for name, number in zip(names.split()[::2], names.split()[1::2], strict=True)
}


def read(value: str, upon: Colour | None = None) -> Colour | None:
    """What is seen of a colour `upon` another; None for what is none, or is seen through and upon nothing."""
    value = value.strip().lower()
    if number := _NAMED.get(value.replace("gray", "grey")):
        value = f"#{number}"
    seen = _hex(value[1:]) if _HEX.fullmatch(value) else _called(value)
    if seen is None:
        return None
    colour, share = seen
    if share >= 1:
        return colour
    if upon is None:
        return None
    red, green, blue = (
        round(own * share + below * (1 - share)) for own, below in zip(colour, upon, strict=True)
    )
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _hex(digits: str) -> tuple[Colour, float]:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, share = (int(digits[place : place + 2] or "ff", 16) for place in (0, 2, 4, 6))
    return (red, green, blue), share / 255


def _called(value: str) -> tuple[Colour, float] | None:
    """`rgb(…)`, `hsl(…)`, `hwb(…)`, with commas or without, and how much of it covers."""
    found = _CALL.fullmatch(value)
    if found is None:
        return None
    try:
        first, second, third, share = [*found[2].replace(",", " ").replace("/", " ").split(), "1"][:4]
        if found[1] == "rgb":
            shares = _share(first, 255), _share(second, 255), _share(third, 255)
        else:
            shares = _turned(found[1], _degrees(first), _share(second, 100), _share(third, 100))
        red, green, blue = (round(255 * part) for part in shares)
        return (red, green, blue), _share(share, 1)
    except ValueError:
        return None


def _turned(model: str, degrees: float, second: float, third: float) -> tuple[float, float, float]:
    hue = degrees % 360 / 360
    if model == "hsl":
        return hls_to_rgb(hue, third, second)
    if second + third >= 1:
        grey = second / (second + third)
        return grey, grey, grey
    red, green, blue = (part * (1 - second - third) + second for part in hls_to_rgb(hue, 0.5, 1))
    return red, green, blue


def _share(part: str, whole: float) -> float:
    number = float(part.removesuffix("%")) / (100 if part.endswith("%") else whole)
    return min(1.0, max(0.0, number))


def _degrees(part: str) -> float:
    unit = next((unit for unit in ("turn", "grad", "rad", "deg") if part.endswith(unit)), "")
    return float(part.removesuffix(unit)) * _TURNS.get(unit, 1.0)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
