"""Room findings: the sentences of a report that are the same each time: how it was done, and what it cannot say. A report is Dutch."""

METHOD = (
    "Bewoners kregen open vragen in een vragenlijst, op internet, op papier of in een gesprek, in hun eigen taal. In wijkgesprekken schreef elke tafel op wat er gezegd is. Professionals kregen een eigen vragenlijst en tellen nooit mee bij bewoners.",
    "Wie uit een steekproef is uitgenodigd, staat apart van wie de open link zelf vond of aan de balie meedeed. Alleen bij de steekproef staat een deel met een marge (95 procent, Wilson, ongewogen). De rest zijn tellingen: zij zeggen wat er leeft, niet hoeveel bewoners dat vinden. In een wijkgesprek telt inbreng, niet een mens.",
    "Een computer legt elk antwoord bij een pijler en bij een of meer thema's. Hij let op de vraag waaronder het is geschreven, op woorden uit lijsten die iedereen bij het programma kan lezen, en op wat mensen eerder verbeterden. Thema's komen uit het codeboek (bijlage 1); wat daar niet in past, kan een nieuw thema worden of blijft overig. Wie een thema noemt, telt daarin één keer.",
    "Mensen geven thema's hun naam, voegen ze samen, verplaatsen antwoorden en stellen thema's vast. Wat een mens besluit, gaat voor. Een citaat staat hier alleen als een mens precies deze woorden heeft vrijgegeven, in de taal waarin het is gezegd. De Nederlandse tekst eronder is van een mens.",
    "Nummers en codes zijn weggehaald voordat de computer las; namen en plaatsen blijven verborgen tot een mens beslist. Voor de analyse ging geen woord naar een ander bedrijf of naar een taalmodel van buiten.",
)
LIMITS = (
    "De computer begrijpt geen grap, ironie of toespeling. Een kort of dubbelzinnig antwoord komt soms bij het verkeerde thema.",
    "Een thema zegt waar mensen over spreken. Het zegt niet hoe erg het is, en niet wie gelijk heeft.",
    "Wie niet meedeed, telt niet mee. Ook een steekproef met weinig reacties is maar een deel van de wijk.",
    "De marge gaat over het toeval van de steekproef. Fouten van de computer en mensen die niet antwoordden, zitten er niet in.",
    "Iemand kan meer thema's noemen. Tel aantallen van thema's daarom niet op, en tel steekproef, open link en gesprekken niet samen.",
    "Vergelijk geen cijfers van twee analyses: bij een bevinding staan de cijfers van het moment dat zij is geschreven. Het verschil kan een mens verraden.",
    "Vraagt iemand om haar woorden te wissen, dan verdwijnt het citaat. Cijfers die al naar buiten gingen, veranderen niet.",
)
DASHES = "Een streepje (–) is geen nul. Daar stonden minder dan %(n)s mensen (bij professionals %(few)s), of er was met dat getal een ander klein aantal uit te rekenen."
SMALL = "In deze pijler zijn ook thema's die te weinig mensen noemden om te tonen."
NO_FINDINGS = "Er zijn nog geen gepubliceerde bevindingen."
CODEBOOK = "Volgens deze omschrijvingen zijn de antwoorden ingedeeld. Waar nog niets staat, is het thema nieuw."
STATUS = {"draft": "concept, nog niet nagekeken", "reviewed": "nagekeken, nog niet gepubliceerd", "published": "gepubliceerd"}
