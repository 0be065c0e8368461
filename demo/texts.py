"""What the organisations say: the posts of four weeks gone and of two to come."""

from dataclasses import dataclass
from enum import Enum, auto

from demo.moments import At, In
from demo.people import FOURNIL, HARTLEY, TIDEWATER

FACEBOOK, KITCHEN, X = "facebook", "kitchen", "x"
EVERYWHERE = (FACEBOOK, X)


class Stage(Enum):
    """How far people have brought a post."""

    DRAFT = auto()
    IN_REVIEW = auto()
    APPROVED = auto()
    SCHEDULED = auto()  # and so published, once its hour has passed


class Trouble(Enum):
    """What happens to a post at its network."""

    WITHDRAWN = auto()  # the account takes our access back just before: this and all after it are held
    REQUEST_LOST = auto()  # it does not arrive, and somebody writes much the same by hand: a person must compare


@dataclass(frozen=True, kw_only=True)
class Words:
    """One post, told before it is written."""

    house: str
    text: str
    at: At | In | None
    accounts: tuple[str, ...] = (FACEBOOK,)
    author: str = "Nadia"
    stage: Stage = Stage.SCHEDULED
    pictures: tuple[str, ...] = ()
    on_x: str = ""  # its own words there
    trouble: Trouble | None = None

    @property
    def own_texts(self) -> dict[str, str]:
        """What networks get that do not follow the shared text."""
        return {X: self.on_x} if self.on_x else {}


#: What somebody at the kitchen wrote on its page from a telephone, unaware that the post had been scheduled.
BY_HAND = (
    "Meet our first three apprentices: Asha, Joe and Petra! They start at four in the morning at the big oven in "
    "Bedminster, and by spring they will shape every loaf you buy there."
)

_HARTLEY = (
    Words(
        house=HARTLEY,
        at=At(days=-27, hour="08:00"),
        accounts=EVERYWHERE,
        pictures=("loaves",),
        text="Autumn hours from today: the ovens cool at seven, the doors close at eight. Soup until it is gone.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=-21, hour="12:00"),
        accounts=(FACEBOOK, KITCHEN),
        text="Bread for beginners, two evenings in January: flour, water, salt, and a night of waiting. Twelve places.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=-17, hour="09:00"),
        accounts=(FACEBOOK, X),
        author="Tom",
        text="Which loaf keeps longest? The rye: nine days in a cloth, and better on the third than on the first.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=-13, hour="08:00"),
        accounts=(FACEBOOK, KITCHEN, X),
        pictures=("window",),
        text="Open from seven: sourdough, rye and the first stollen of the year. Fourteen bakeries, one oven.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=-11, hour="17:30"),
        accounts=(KITCHEN,),
        pictures=("starter",),
        text="How a rye starter wakes up: fed at six, doubled by ten, sour by noon. Ours is older than our bakers.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=-9, hour="12:00"),
        accounts=EVERYWHERE,
        text="Why rye goes sour, and wheat does not: ask a baker today between two and four.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=-7, hour="09:00"),
        accounts=(FACEBOOK, X),
        author="Tom",
        pictures=("mince-pies",),
        text="Mince pies, six for £9. The mincemeat was made in September: it tastes of more than sugar.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=-5, hour="07:30"),
        accounts=(FACEBOOK,),
        pictures=("loaves",),
        text="The oven at four in the morning. Three hundred loaves before the first bus.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=-4, hour="18:00"),
        accounts=(FACEBOOK, KITCHEN),
        text=(
            "Our flour, mile by mile: grown at Huish, milled at Shipton, baked in Bristol. The longest road is "
            "41 miles: https://hartleyandrye.example/flour"
        ),
    ),
    Words(
        house=HARTLEY,
        at=At(days=-3, hour="12:00"),
        accounts=(X,),
        text="Lunch today: leek and Cheddar pasty, £4.20. In all fourteen bakeries until they are gone.",
    ),
    # X refuses to say the same twice on one day: this one fails.
    Words(
        house=HARTLEY,
        at=At(days=-3, hour="13:15"),
        accounts=(X,),
        author="Tom",
        text="Lunch today: leek and Cheddar pasty, £4.20. In all fourteen bakeries until they are gone.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=-2, hour="08:30"),
        accounts=(FACEBOOK, X),
        text="Hiring two night bakers for Clifton. You learn with us; we pay from the first night.",
        on_x="Hiring two night bakers for Clifton. You learn with us, paid from the first night.",
    ),
    # @hartleyandrye has taken our access back in the night: these are held.
    Words(
        house=HARTLEY,
        at=At(days=-1, hour="17:00"),
        accounts=EVERYWHERE,
        trouble=Trouble.WITHDRAWN,
        text="Collection starts at six tomorrow. Bring the number of your order, and a bag that likes warm bread.",
    ),
    Words(
        house=HARTLEY,
        at=In(minutes=-100),
        accounts=(KITCHEN,),
        author="Tom",
        trouble=Trouble.REQUEST_LOST,
        text=(
            "Meet our first three apprentices: Asha, Joe and Petra. They start at four in the morning, at the big oven "
            "in Bedminster, and by spring they will shape every loaf you buy there. Say hello when you see them."
        ),
    ),
    # A person who has just started the product sees these go out.
    Words(
        house=HARTLEY,
        at=In(minutes=3),
        accounts=(FACEBOOK, KITCHEN),
        pictures=("stollen",),
        text=(
            "The stollen is back. Twelve days in rum, two days of rest, one seam of marzipan. Whole £18, half £9.50: "
            "https://hartleyandrye.example/stollen"
        ),
    ),
    Words(
        house=HARTLEY,
        at=In(minutes=7),
        accounts=(FACEBOOK,),
        text="Late Thursday in Clifton: open until nine, soup and a roll for £5.80.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=1, hour="08:00"),
        accounts=EVERYWHERE,
        pictures=("mince-pies", "stollen"),
        text="December bakes are here: mince pies, stollen, and a gingerbread that is not for children only.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=3, hour="12:00"),
        accounts=(FACEBOOK, KITCHEN),
        author="Tom",
        stage=Stage.IN_REVIEW,
        pictures=("mince-pies",),
        text="Mince pies, twelve thousand and counting. The tin is Ruth’s grandmother’s, and it is never washed.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=4, hour="09:00"),
        author="Tom",
        stage=Stage.IN_REVIEW,
        text="Behind the counter: Ruth and the pie tin. Why four generations have used the same one.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=5, hour="17:30"),
        accounts=(FACEBOOK, KITCHEN),
        author="Tom",
        stage=Stage.APPROVED,
        text="Saturday: first mince pies from eight, and a queue that is worth it.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=8, hour="07:30"),
        accounts=EVERYWHERE,
        pictures=("window",),
        text="Opening hours through Advent: from seven to seven, Sundays from nine.",
    ),
    Words(
        house=HARTLEY,
        at=At(days=12, hour="12:00"),
        text="Last day to order: what is on the list by tonight is in the oven on the 24th.",
    ),
    Words(
        house=HARTLEY,
        at=None,
        author="Tom",
        stage=Stage.DRAFT,
        pictures=("apprentices",),
        text="A mill tour in Somerset\n\nNotes from Thursday: the stones, the dust, the cat.",
    ),
    Words(
        house=HARTLEY, at=None, stage=Stage.DRAFT, accounts=EVERYWHERE, text="Thread: five loaves that failed this year"
    ),
)

_FOURNIL = (
    Words(
        house=FOURNIL,
        at=At(days=-26, hour="07:00"),
        accounts=EVERYWHERE,
        text="La farine nouvelle est arrivée du moulin : un peu plus sombre, un peu plus vive. Goûtez la différence.",
    ),
    Words(
        house=FOURNIL,
        at=At(days=-18, hour="11:00"),
        pictures=("loaves",),
        text="Le pain de la veille n’est pas perdu : à moitié prix dès neuf heures, jusqu’au dernier.",
    ),
    Words(
        house=FOURNIL,
        at=At(days=-12, hour="07:00"),
        accounts=EVERYWHERE,
        pictures=("croissants",),
        text="Sept heures, les croissants sortent du four. Beurre de Charentes, vingt-quatre heures de repos.",
    ),
    Words(
        house=FOURNIL,
        at=At(days=-8, hour="11:30"),
        text="Pourquoi notre pain a des trous : la pâte lève seize heures, et personne ne la presse.",
    ),
    Words(
        house=FOURNIL,
        at=At(days=-6, hour="18:00"),
        accounts=(X,),
        text="Fermé lundi pour nettoyer le four. Mardi, il chauffe dès trois heures.",
    ),
    Words(
        house=FOURNIL,
        at=At(days=-2, hour="08:00"),
        accounts=EVERYWHERE,
        pictures=("loaves",),
        text="Trois farines de la région, un levain de 1931 : la tourte de seigle est de retour jusqu’à Pâques.",
    ),
    Words(
        house=FOURNIL,
        at=In(minutes=5),
        accounts=EVERYWHERE,
        pictures=("yule-log",),
        text=(
            "La bûche se commande dès aujourd’hui : chocolat et marron, pour six ou pour dix. "
            "https://fournil-lambert.example/buche"
        ),
    ),
    Words(
        house=FOURNIL,
        at=At(days=2, hour="07:30"),
        text="Samedi, atelier levain avec Camille : douze places, un bocal à emporter, et de la patience.",
    ),
    Words(
        house=FOURNIL,
        at=At(days=6, hour="12:00"),
        accounts=EVERYWHERE,
        stage=Stage.IN_REVIEW,
        text="Deux apprentis rejoignent le fournil en janvier. Dites-leur bonjour.",
    ),
    Words(
        house=FOURNIL,
        at=At(days=10, hour="08:00"),
        accounts=EVERYWHERE,
        text="Horaires de fêtes : ouverts le 24 jusqu’à seize heures, fermés le 25, de retour le 26 à sept heures.",
    ),
    Words(
        house=FOURNIL,
        at=None,
        author="Camille",
        stage=Stage.DRAFT,
        text="Galette des rois : qui cherche encore la fève de l’an dernier ?",
    ),
)

_TIDEWATER = (
    Words(
        house=TIDEWATER,
        at=At(days=-25, hour="10:00"),
        accounts=EVERYWHERE,
        text="Half term at the museum: rope, tar and a foghorn that works. Children free, grown-ups half.",
    ),
    Words(
        house=TIDEWATER,
        at=At(days=-16, hour="15:00"),
        accounts=EVERYWHERE,
        pictures=("tide",),
        text="Spring tide tomorrow at noon. Stand on the slip and hear the bell buoy; bring boots.",
    ),
    Words(
        house=TIDEWATER,
        at=At(days=-10, hour="10:00"),
        accounts=EVERYWHERE,
        pictures=("tide",),
        text="The harbour light was lit for the first time 148 years ago tonight. It burned colza oil.",
    ),
    Words(
        house=TIDEWATER,
        at=At(days=-6, hour="15:00"),
        pictures=("boat",),
        text="The Marigold is back at her mooring after eleven months on the slip. Come and smell the tar.",
    ),
    Words(
        house=TIDEWATER,
        at=At(days=-1, hour="09:30"),
        accounts=EVERYWHERE,
        author="Tom",
        text="New in the net loft: forty voices of people who worked the harbour, recorded in 1961.",
    ),
    Words(
        house=TIDEWATER,
        at=In(minutes=9),
        accounts=EVERYWHERE,
        text="High water at ten past six tonight. The causeway is closed from half past four; the museum is not.",
    ),
    Words(
        house=TIDEWATER,
        at=At(days=2, hour="10:00"),
        accounts=EVERYWHERE,
        pictures=("boat",),
        text="Knots for beginners, Saturday at eleven: bowline, clove hitch, and the one that never comes undone.",
    ),
    Words(
        house=TIDEWATER,
        at=At(days=7, hour="12:00"),
        author="Tom",
        text="Members’ evening: lamps out, stories on. Bring a coat, the lantern room has no heating.",
    ),
    Words(
        house=TIDEWATER,
        at=At(days=9, hour="16:00"),
        accounts=(X,),
        stage=Stage.IN_REVIEW,
        text="A hundred logbooks, read at last: 9,000 days of weather, two mutinies, one wedding.",
    ),
)

ALL = (*_HARTLEY, *_FOURNIL, *_TIDEWATER)
