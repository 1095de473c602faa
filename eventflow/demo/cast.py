"""The cast: who works at the demo's box offices, and who buys there, in the letters of their names.

Nobody here exists. Every address ends in `.example`, which never leads anywhere.
"""

from dataclasses import dataclass
from random import Random

from eventflow.sales.orders import Buyer

PASSWORD = "three paper lanterns"  # noqa: S105  printed for everybody
ROLES = {"owner": "olivia", "admin": "ada", "staff": "sam", "scanner": "gus"}
"""Olivia owns, Ada administers, Sam sells, Gus minds the gate: at each box office a person of
their own, but nobody need remember more than four names."""

BEA = Buyer("Bea Lindqvist", "bea@buyers.example")
"""She has been everywhere, and has an order in each state there is."""


def login(role: str, slug: str) -> str:
    return f"{ROLES[role]}@{slug}.example"


@dataclass(frozen=True, slots=True)
class Tongue:
    """First and last names that go together; each as written, and as an address spells it."""

    first: tuple[tuple[str, str], ...]
    last: tuple[tuple[str, str], ...]
    family_first: bool = False

    def name(self, random: Random) -> tuple[str, str]:
        (first, given), (last, family) = random.choice(self.first), random.choice(self.last)
        spoken = f"{last} {first}" if self.family_first else f"{first} {last}"
        return spoken, f"{given}.{family}"


def _tongue(first: str, last: str, *, family_first: bool = False) -> Tongue:
    """From lines of `Name` or `Name/spelling`."""

    def read(line: str) -> tuple[tuple[str, str], ...]:
        pairs = (word.partition("/") for word in line.split())
        return tuple((name, spelling or name.lower()) for name, _, spelling in pairs)

    return Tongue(read(first), read(last), family_first)


TONGUES = {
    "spanish": _tongue(
        "Ana Luis Marisol Javier Yarelis Carmen Héctor/hector Ángel/angel Ivelisse Wilfredo"
        " Paola Ramón/ramon Noemí/noemi Félix/felix Zuleyka Andrés/andres Lourdes Mateo",
        "Rivera Santiago Colón/colon Vélez/velez Quiñones/quinones Nazario Figueroa Maldonado"
        " Cordero Pagán/pagan Irizarry Negrón/negron Ortiz Cruz Meléndez/melendez Rosado",
    ),
    "english": _tongue(
        "Grace Tom Priya Callum Hannah Jamal Ellie Owen Martha Idris Nell Arthur Zainab Rory"
        " Beth Kwame Florence Dev",
        "Hartley Sutcliffe Greenwood Okafor Barraclough Ahmed Whitaker Shaw Crossley Mensah"
        " Pickles Thackray Begum Holroyd Patel Clegg",
    ),
    "irish": _tongue(
        "Aoife Cian Niamh Oisín/oisin Sadhbh Tadhg Róisín/roisin Eoghan Gráinne/grainne Fiadh"
        " Darragh Síle/sile Caoimhe Pádraig/padraig",
        "Ní-Dhonnchadha/nidhonnchadha Joyce Mac-Conmara/macconmara Flaherty Ó-Máille/omaille"
        " Burke Lynch Ní-Chonaola/nichonaola Kelly Faherty Mannion",
    ),
    "polish": _tongue(
        "Agnieszka Łukasz/lukasz Małgorzata/malgorzata Paweł/pawel Zofia Grzegorz",
        "Wiśniewska/wisniewska Dąbrowski/dabrowski Zając/zajac Król/krol Gołębiowska/golebiowska",
    ),
    "ukrainian": _tongue(
        "Оксана/oksana Андрій/andriy Леся/lesia Тарас/taras Соломія/solomiya",
        "Шевченко/shevchenko Коваль/koval Мельник/melnyk Бондаренко/bondarenko",
    ),
    "greek": _tongue(
        "Ελένη/eleni Γιώργος/giorgos Δανάη/danai Νίκος/nikos",
        "Παππά/pappa Αντωνίου/antoniou Μαυρίδη/mavridi",
    ),
    "arabic": _tongue(
        "ليلى/layla يوسف/youssef سلمى/salma كريم/karim هدى/huda",
        "حداد/haddad خوري/khoury منصور/mansour العطار/alattar",
    ),
    "hindi": _tongue(
        "अनन्या/ananya रोहन/rohan मीरा/meera विक्रम/vikram",
        "शर्मा/sharma अय्यर/iyer जोशी/joshi",
    ),
    "japanese": _tongue(
        "美咲/misaki 健太/kenta さくら/sakura 直樹/naoki 陽子/yoko 大輔/daisuke",
        "佐藤/sato 田中/tanaka 高橋/takahashi 小林/kobayashi 渡辺/watanabe 山口/yamaguchi",
        family_first=True,
    ),
    "korean": _tongue(
        "지우/jiwoo 민준/minjun 서연/seoyeon 하은/haeun",
        "김/kim 박/park 최/choi",
        family_first=True,
    ),
    "chinese": _tongue(
        "雅婷/yating 伟/wei 晓明/xiaoming 静怡/jingyi",
        "陈/chen 林/lin 王/wang",
        family_first=True,
    ),
    "vietnamese": _tongue(
        "Minh/minh Hương/huong Đức/duc Thảo/thao",
        "Nguyễn/nguyen Trần/tran Phạm/pham",
        family_first=True,
    ),
    "turkish": _tongue(
        "Elif İpek/ipek Çağrı/cagri Şule/sule", "Yılmaz/yilmaz Öztürk/ozturk Güneş/gunes"
    ),
    "icelandic": _tongue(
        "Þóra/thora Björk/bjork Sæmundur/saemundur", "Jónsdóttir/jonsdottir Sigurðsson/sigurdsson"
    ),
    "yoruba": _tongue(
        "Adébáyọ̀/adebayo Fọlákẹ́/folake Ṣadé/sade", "Ọlátúnjí/olatunji Adéyẹmí/adeyemi"
    ),
    "maori": _tongue("Aroha Wiremu Mere Tāne/tane", "Ngata Parata Te-Whaiti/tewhaiti"),
    "portuguese": _tongue(
        "Inês/ines João/joao Conceição/conceicao Tomás/tomas", "Magalhães/magalhaes Araújo/araujo"
    ),
    "german": _tongue(
        "Jörg/joerg Käthe/kaethe Sören/soeren", "Müller/mueller Weiß/weiss Groß/gross"
    ),
}


class Audience:
    """Who comes: mostly people from around, and some from everywhere."""

    def __init__(self, seed: str, neighbours: str, share: float = 0.7) -> None:
        self._random = Random(seed)
        self._neighbours = neighbours
        self._share = share
        self._met: set[str] = set()

    def somebody(self) -> Buyer:
        """A buyer nobody has met before."""
        while True:
            near = self._random.random() < self._share
            tongue = self._neighbours if near else self._random.choice(list(TONGUES))
            name, spelling = TONGUES[tongue].name(self._random)
            address = f"{spelling}{self._random.randrange(10, 999)}@buyers.example"
            if address not in self._met:
                self._met.add(address)
                return Buyer(name.replace("-", " "), address)

    def companion(self, of: Buyer) -> str:
        """Somebody who comes along, under a name of their own."""
        return self.somebody().name if self._random.random() < 0.6 else of.name
