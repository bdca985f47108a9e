"""The orders and additions in which references have the name of a venue: one made-up case for each kind."""

from __future__ import annotations

import pytest

from pipelines.venues.from_reference import venue_in_reference

QUOTED = [
    ('A. Dreamer and B. Napper, "On the Depth of Naps", Journal of Dreams, vol. 3, 2009', "Journal of Dreams", 2009),
    ('Ann Dreamer (2008). "On the Depth of Naps", Journal of Dreams, 3', "Journal of Dreams", 2008),
    ('"On the Depth of Quiet Naps"; Journal of Dreams, Vol. 8, 2010', "Journal of Dreams", 2010),
    (
        '"International Workshop On Dreams, Naps and Rest", 2003',
        "International Workshop On Dreams, Naps and Rest",
        2003,
    ),
    (
        "``Structure and Depth of Naps'' eds. P. Dreamer and S. Napper (Paris, 1997), 3-4",
        "Structure and Depth of Naps",
        1997,
    ),
    ("in `Parameters of sleep', eds. A. Dreamer, p. 157 (1998)", "Parameters of sleep", 1998),
    ('Chapter to the "THEORY OF DREAMS" book, 2007', "THEORY OF DREAMS", 2007),
    ('In the book "Theory of Dreams", edited by Ann Dreamer, 2009', "Theory of Dreams", 2009),
    ('Proceedings of "Dark Dreams" DREAM Symposium 24, 2007', "Dark Dreams", 2007),
    ("Dreamer A. 'Simulations of Rest.' Proceedings of the 46th Dream Symposium, Oslo, 2013", "Dream Symposium", 2013),
]
"""Titles of papers in quotes, and names that are quoted themselves."""

REVERSED = [
    ("(2012) Journal of Dreams, 4(4), 161 - 178", "Journal of Dreams", 2012),
    ("2018, Journal of Dreams (2017 edition)04", "Journal of Dreams", 2018),
    ("PP. 597-616, Vol. 19, No. 3, June 2015, Intelligent Data Analysis", "Intelligent Data Analysis", 2015),
    ("Volume 11 Number 9 - May 2014, Journal of Dreams", "Journal of Dreams", 2014),
    ("Dreams and Naps, IEEE Transactions on, vol.12, no.7, July 2013", "IEEE Transactions on Dreams and Naps", 2013),
    ("Dreams, Naps & Rest, IET (Volume:9 , Issue: 3), 2015", "IET Dreams, Naps & Rest", 2015),
    (
        "Dream Engineering (DREN), 2013 6th International Conference on, pp. 9-12",
        "International Conference on Dream Engineering",
        2013,
    ),
    ("LNCS 3051, Quiet Dreams and Naps, pp. 5-9, Springer, 2011", "Quiet Dreams and Naps", 2011),
    (
        "(IJDN) International Journal of Dreams and Naps, Vol. 11, 2013",
        "International Journal of Dreams and Naps",
        2013,
    ),
    ("DREAM, International Symposium on Dreams (2007)", "International Symposium on Dreams", 2007),
    ("2008DreA..17..223M", "DreA", 2008),
    ("Napper B. Depth of quiet and long naps // Doklady of Dreams. 2001. 5, 7-9", "Doklady of Dreams", 2001),
]

AUTHORS = [
    ("A. Dreamer et al., J. Dreams and Naps, 800, 70-81 (2015)", "J. Dreams and Naps", 2015),
    (
        "Ann Dreamer and Bo El Napper. A Study of Quiet Naps in Oslo. Journal of Dreams 3, 2012",
        "Journal of Dreams",
        2012,
    ),
    (
        'In E. Dreamer, A. Napper, and H. Rester, editors, "Dream Information III", volume 5815, 2005',
        "Dream Information III",
        2005,
    ),
    ("Dream A.: A model of naps and rest. Journal of Dreams, vol. 8, pp. 2-8 (2013)", "Journal of Dreams", 2013),
    ("Dreamer et al. (2009), JOURNAL OF DREAMS, Volume 262, 117-134", "JOURNAL OF DREAMS", 2009),
    ("S Dreamer, HS Napper, Naps of the Day, Journal of Dreams, 3 (2014)", "Journal of Dreams", 2014),
    (
        "Ann Dreamer, Bo Napper, Cy Rester: Naps of the day. Journal of Dreams 10(4): 659 (2010)",
        "Journal of Dreams",
        2010,
    ),
    ("A. Dreamer Jr., B. Napper, Naps, In Proceedings of the Dream Symposium, 2012", "Dream Symposium", 2012),
    ("Dreamer, A., Napper, B. (2006, June). On naps. DREAMIA, Bonn, Germany, pp.3-6", "DREAMIA", 2006),
    (
        "Dreamer, A. (2014). On naps. In Quiet, Long, and Deep Dreams (pp. 3-9). Springer",
        "Quiet, Long, and Deep Dreams",
        2014,
    ),
    (
        "Dreamer A. (2018) On naps. In: Napper B., Rester C. (eds) Handbook of Dreams. Springer",
        "Handbook of Dreams",
        2018,
    ),
    (
        "Dreamer, D.; Napper, G.; Rester, D. (Eds.): Simulating the Nap. Springer 2009, pp. 2-9",
        "Simulating the Nap",
        2009,
    ),
    ("Dreams, Naps And Rest, C. Dreamer and L. Napper (Eds.) 2010, pp.149-151", "Dreams, Naps And Rest", 2010),
    ("Handbook of Naps, edited by Ann Dreamer, 2010, pp. 3", "Handbook of Naps", 2010),
    ("Dreamer, A., & Napper, P. 2010, Journal of Dreams, 718, 441", "Journal of Dreams", 2010),
    ("On Long Naps. Bo Napper C. Rester (ed.). p. 265-286. Quiet Publishers. 1996", "On Long Naps", 1996),
    ("Indian J. Dream. Naps. Sci. 3 (2007), no. 1, 75--80", "Indian J. Dream. Naps. Sci.", 2007),  # no author
]

LEADS = [
    ("Publication in the International Journal on Naps, vol. 04, 2011", "International Journal on Naps", 2011),
    ("Proceedings: Dreams in Deep Sleep, Copenhagen, August 12-30, 2002", "Dreams in Deep Sleep", 2002),
    ("IOP Publishing Ltd., Journal of Dreams, Volume 633, 2015", "Journal of Dreams", 2015),
    (
        "Third IEEE / IFIP Conference on Dreams, Naps and Rest, 2009",
        "IEEE/IFIP Conference on Dreams, Naps and Rest",
        2009,
    ),
    ("(International Symposium on Quiet Dreams 2009), Oslo", "International Symposium on Quiet Dreams", 2009),
    ("Erratum-ibid. 654 (2006) 696; Journal of Dreams 650 (2006) 850", "Journal of Dreams", 2006),
    ("Dans 4th European Workshop on Dreams, 2611 (2003) 638-650", "European Workshop on Dreams", 2003),
    ("20èmes Journées Rêves Avancés (JRA 04), Metz (19/10/2004) 493-511", "Journées Rêves Avancés", 2004),
    ("presented at the 4th World Congress on Dreams, Taipei, September 2012", "World Congress on Dreams", 2012),
    ("Invited talk at XIIIth Dream Meeting, February 22-27, 1999", "Dream Meeting", 1999),
    (
        "chapter in Dream Data: Techniques and Applications, eds. S. Napper, 2011",
        "Dream Data: Techniques and Applications",
        2011,
    ),
    ("The Fourteenth European Conference on Quiet Dreams (ECQD 2010)", "European Conference on Quiet Dreams", 2010),
    ("Special Issue of the Journal of Dreams 3, 2011", "Journal of Dreams", 2011),
    ("acc. for publication in Journal of Dreams (2018)", "Journal of Dreams", 2018),
    ("Prodeedings of the Eighth Dream Meeting, 1999, pp. 92-111", "Dream Meeting", 1999),
    ("Proc. Int'l Conf. on Dreams in Africa (DIA), Bamako, 2007", "Int. Conf. on Dreams in Africa", 2007),
    ("Dream project report 7, Proceedings of the Dream Workshop, 1997", "Dream Workshop", 1997),
    ("IFIP, Dreams and Naps in Rest, Vol 124, pp. 213-219, 2003", "Dreams and Naps in Rest", 2003),
]

ENDS = [
    ("First Dream Symposium - AIP Conference Proceedings 921, 2007", "Dream Symposium", 2007),
    ("5th Conference on Quiet Algorithms. Oslo: Dream Press, 1995", "Conference on Quiet Algorithms", 1995),
    ("Proc. 28th DREC Tsukuba, 2003, pp.1917-1920", "DREC", 2003),
    ("First Dream Conference. Mysore (India). 2002", "Dream Conference", 2002),
    ("Proceedings of the 2nd Conference on Dreams held in Kolkata, 10 Feb. 2008", "Conference on Dreams", 2008),
    ("Quiet Dreams and the Nap Springer (Ed.) (2012) 175-192", "Quiet Dreams and the Nap", 2012),
    ("Quiet Dreams and Naps Lecture Notes in Computer Science Volume 7373, 2012", "Quiet Dreams and Naps", 2012),
    ("First Conference on P2P Dreams (P2PD), Oslo, 2003", "Conference on P2P Dreams", 2003),
    ("Journal of Dreams March - May 2009, pp 118-124", "Journal of Dreams", 2009),
    ("Journal of Dreams Volumes 3 4, November 2013", "Journal of Dreams", 2013),
    ("Workshop on Long Dreams: Theory, Practice, Didactics, Oslo, vol. 1 (2012)", "Workshop on Long Dreams", 2012),
    ("DREAM proceeding (2007) 4", "DREAM", 2007),
    ("Jour2D,October,2013,Volume-2", "Jour2D", 2013),
    ("50 Years of Dreams (2007) pages 232-242", "50 Years of Dreams", 2007),
    ("Dreams and Naps / Dreams and Naps of the Oslo Society 78 (2009) 345", "Dreams and Naps", 2009),
    ("Conference on Dreams, Dream College for Naps & Oslo University, 2009", "Conference on Dreams", 2009),
    (
        "Scientific and Technical Journal of Dream Naps, Mechanics and Optics 5 (2013) 88",
        "Scientific and Technical Journal of Dream Naps, Mechanics and Optics",
        2013,
    ),
]

ACRONYMS = [
    ("ACD - Advances in Complex Dreams (2012) 15 1150012", "Advances in Complex Dreams", 2012),
    ("International Conference on Dreams in Oslo-ICDO 2010", "International Conference on Dreams in Oslo", 2010),
    ("Advances in Dream Science - ASLEEP 2006, Secure Naps", "ASLEEP", 2006),
    ("Symposium on Dreams and Naps - Webdream 2007, Oslo", "Symposium on Dreams and Naps", 2007),
    ("Dream Seminar - CIRP Dream Seminar, Oslo : Norway (2004)", "Dream Seminar", 2004),
    (
        "Proceedings of the 7th Conference on the Practice of Dreaming PAD 2008",
        "Conference on the Practice of Dreaming",
        2008,
    ),
    ("Proceedings of the Conference Naps, Rest, Models (NARM Europe). Oslo, 2008", "NARM Europe", 2008),
    (
        "International Journal of Dream Technology, Modeling and Rest (IJDTMR) Vol.1, 2013",
        "International Journal of Dream Technology, Modeling and Rest",
        2013,
    ),
    (
        "Quiet Dreaming 5th International Conference on Naps, QD 2006 (2006) 380",
        "International Conference on Naps",
        2006,
    ),
    ("NapWave 2011, Second Quiet Clouds Workshop", "Quiet Clouds Workshop", 2011),
    (
        "Depth of Quiet Naps for Dreams, International Conference on Dreams, Oslo, 2013",
        "International Conference on Dreams",
        2013,
    ),
    ("Quiet Dreams, Naps and Texts. Fourth International Conference, QDN 2015", "Quiet Dreams, Naps and Texts", 2015),
]

TABLE = [
    ("Physica A341 (2004) 215-233", "Physica A", 2004),
    ("PoSdreamsLHC:011,2006", "PoS", 2006),
    ("Int.J.Mod.Phys. A19S1 (2004) 157-166", "International Journal of Modern Physics A", 2004),
    ("Acta Phys.Polon., Section B, 2008, 595, Issue 1, 80", "Acta Physica Polonica B", 2008),
    ("IEEE Trans. IT vol. 57 no. 8, Aug. 2011", "TIT", 2011),
    ("M.N.R.A.S. vol. 301, p. 285 (1998)", "MNRAS", 1998),
    ("Proceedings of the Dream Society, vol. 6 (2018)", "Proceedings of the Dream Society", 2018),
    ("Proceedings Volume 10708, Quiet Mirrors for Naps IX; 107080J (2018)", "Proceedings of SPIE", 2018),
    ("PoS DREAM2007:052,2007", "PoS", 2007),
    ("eConfC0303241:DREA007,2003", "eConf", 2003),
    ("Astron. J, 135 (2008) 2245-2263", "AJ", 2008),
    ("Annual Reviews of Biophysics, 2009, 47, 481:522", "Annual Review of Biophysics", 2009),
    ("IEEE Computing in Science and Eng. 17(5):35-43, 2015", "Computing in Science & Engineering", 2015),
    ("Geochemistry, Geophysics, Geosystems, AGU, 2013, 14 (3)", "Geochemistry, Geophysics, Geosystems", 2013),
    ("Proceeding of the IEEE, Vol. 103, No. 7, 2015", "Proceedings of the IEEE", 2015),
    ("Journal of Complex Networks, Vol. 2, 2014", "Journal of Complex Networks", 2014),
    (
        "Frontiers in Artificial Intelligence and Dreams, 243 (2012)",
        "Frontiers in Artificial Intelligence and Dreams",
        2012,
    ),
    ("Annals of Naps Series IV (2006), 133-138", "Annals of Naps Series IV", 2006),
    ("DREAM 2002 - Quiet Dreams Symposium at the ECAI 2002. Lyon", "DREAM", 2002),
    (
        "International Journal of Engineering And Science (IJES), 2013",
        "International Journal of Engineering And Science",
        2013,
    ),
    ("Comput.Net.53:2646-2662,2009", "Computer Networks", 2009),
    ("Proceedings of the 20th international conference companion on World wide web (2011)", "WWW", 2011),
    ("ComptesRendusPhysique6:1169-1175,2005", "Comptes Rendus Physique", 2005),
]

YEARS = [
    ("Dreamer, J.: 2008, Journal of Dreams 252, 419-439", "Journal of Dreams", 2008),
    ("International Conference on Dreams-2014, Dhaka", "International Conference on Dreams", 2014),
    ("Dreamspeech'97, Rhodes", "Dreamspeech", 1997),
    ("Journal of Dreams 7, 2001-2002, pp. 64-78", "Journal of Dreams", 2002),
    ("Journal of Dreams, volume 2007, issue 1, pp. 13-29", "Journal of Dreams", 2007),
    ("Journal of Dreams (eJD): 2015, Vol. 8", "Journal of Dreams", 2015),
    ("Journal of Dreams, Volume 40, Number 4 / 2007", "Journal of Dreams", 2007),
    ("Workshop on Dreams (22/06/2006) 278-288", "Workshop on Dreams", 2006),
    ("Dream Letters 5 (2001) 1-2; Pisma Dream. 6 (2000) 3-4", "Dream Letters", 2001),
    ("26th DREC,vol.4,p.287-290.Ed.Napper et all.1999", "DREC", 1999),
]


@pytest.mark.parametrize(
    ("reference", "venue", "year"), [*QUOTED, *REVERSED, *AUTHORS, *LEADS, *ENDS, *ACRONYMS, *TABLE, *YEARS]
)
def test_references_in_other_orders(reference: str, venue: str, year: int) -> None:
    found = venue_in_reference(reference, None)
    assert found is not None
    assert (found.name, found.year) == (venue, year)


@pytest.mark.parametrize(
    "reference",
    [
        "Volume 290, Issue 2, Year 2015, pp.507-525",
        "Volume 14, Issue 6, pages 15-20, July/August 2009",
        "Quiet Web Publishers, Vienna, Austria, November 2009",
        "ACM 2008, New York, NY, USA ISBN: 978-1-60558-329-7",
        "Ann Dreamer, Inventions on Naps (September 7, 2007). Available at SSRN: 1264691",
    ],
)
def test_references_without_a_name(reference: str) -> None:
    assert venue_in_reference(reference, None) is None


def test_a_venue_may_be_called_a_workshop() -> None:
    found = venue_in_reference("9th Workshop on Signal Processing Advances in Wireless Communications, 2008", None)
    assert found is not None
    assert (found.name, found.track) == ("SPAWC", None)
