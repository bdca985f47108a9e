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
    (
        '"Limits of Dreams and Naps", A. Dreamer et al. (ed.), Springer Proceedings in Mathematics 42, 2013',
        "Limits of Dreams and Naps",
        2013,
    ),
    ('"Dream Codes and Naps," Oslo, NO: Nap Society (2005), pp. 69-83', "Dream Codes and Naps", 2005),
    ('DR1216 "Twelfth International Dream Conference", pp. 8-13, 2010', "International Dream Conference", 2010),
    ('2000, "Massive Dream Clusters", ASP Conf. Ser. 211, eds. A. Dreamer & B. Napper', "Massive Dream Clusters", 2000),
    ('On independent naps of a long dream, Journal "Kinedreamika", No. 1, 1989, p. 119', "Kinedreamika", 1989),
    (
        "Proceedings of the Dream astrophysics meeting ``Dwarf Naps and Rest'', Oslo, March 1998",
        "Dream astrophysics meeting",
        1998,
    ),
    ('Proceedings of the meeting "Dark Dreams Italy 1997", Trieste December 1997', "Dark Dreams Italy", 1997),
    ('2011, Proceedings of the conference "Dreams with Big Naps", Editors: Ann Dreamer', "Dreams with Big Naps", 2011),
    (
        'Book Chapter published in the book: "Dreams and Naps in Rest" published by NAP OPEN, 2012',
        "Dreams and Naps in Rest",
        2012,
    ),
    (
        "[Quiet Napping: Strategies and Potential Uses, Editors A. Dreamer & B. Napper, 2014], Chapter 1, pp. 1-34",
        "Quiet Napping: Strategies and Potential Uses",
        2014,
    ),
    ("From `Dark Naps and Rest' edited by Ann Dreamer, 2010. Chapter 8", "Dark Naps and Rest", 2010),
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
    ("ISSN 1063-7729, Dream Reports, 2016, Vol. 60, No. 6, pp. 563-578", "Dream Reports", 2016),
    (
        "Quiet Dream Systems, IEEE Transactions on 14, no. 4 (2013): 18-25",
        "IEEE Transactions on Quiet Dream Systems",
        2013,
    ),
    ("Machine Learning, Proceedings of the 15th International Conference (A. Dreamer, ed.), 1998", "ICML", 1998),
    (
        "Dream and Nap Analysis, 2005. DREA 2005. Proceedings of the 4th International Symposium on (2005) 64-69",
        "International Symposium on Dream and Nap Analysis",
        2005,
    ),
    ("9th International Conference, DREAM 2013, Turku : Finlande (2013)", "DREAM", 2013),
    ("(IJDREAM), February 2016, Volume 4, Issue 2, PP:22-29", "IJDREAM", 2016),
    (
        "Procs. of the IEEE 2013 International Conference on Dreams, Naps and Rest (ICDN 2013), Oslo",
        "International Conference on Dreams, Naps and Rest",
        2013,
    ),
    ("J. Dreams 33 (2004) 1; conference version in Proc. Nap Symposium (2002)", "J. Dreams", 2004),
    (
        "Journal of Dreams, vol. 5, June 2010. Corrections: Journal of Dreams, vol. 7, May 2012",
        "Journal of Dreams",
        2010,
    ),
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
    ("A B Dreamer et al 2009 Journal of Dreams 4 T12002", "Journal of Dreams", 2009),
    (
        "Dreamer B, Kind Napper S., Rest M., Quiet Z, Journal of Dreams, JD, Vol. 5, No. 1, 2009",
        "Journal of Dreams",
        2009,
    ),
    (
        "A.Dreamer: Depth, Length of Quiet Naps in Oslo, 2nd International Quiet Dream Workshop (QDW'06), Nov. 2006",
        "International Quiet Dream Workshop",
        2006,
    ),
    ("A. Nap (2013) Journal of Dreams, Volume 291, pp. 53-56", "Journal of Dreams", 2013),
    ("Quiet caveats. Dreamtheory 4 (1), 45-55 (2013)", "Dreamtheory", 2013),
    (
        "Ann Quiet Dreamer, et al., Naps in agile rest from another perspective, 2nd Int. Conf. on Dreams (DRC 2013)",
        "Int. Conf. on Dreams",
        2013,
    ),
    (
        "Ann Dreamer, Does N=NP?, in Proceedings of the first international Dream Congress 2007",
        "international Dream Congress",
        2007,
    ),
    (
        "Dreamer X.-S., Naps in rest (chapter 32), in: Handbook of Quiet Dreams (Eds. S. Nap), pp. 589 (2005)",
        "Handbook of Quiet Dreams",
        2005,
    ),
    ("Proc. SPIE, ed. O. H. W. Dreamer, Vol. 6686, (2007)", "Proceedings of SPIE", 2007),
    ("Ann Dreamer, Bo Napper (2015). A Study of long Naps in Oslo. IJDKP. 5(1): 29-40", "IJDKP", 2015),
    (
        "Dreamer, Ann HT, Napper, Bo, Rester, Cy R. 2008. Long naps of Oslo. The Nap Papers 3 (1): 65-80",
        "The Nap Papers",
        2008,
    ),
    ("Dreamer, AHT, Napper, B, Rester, CR. 2008. Long naps of Oslo. The Nap Papers 3(3): 4", "The Nap Papers", 2008),
    (
        "Dreamer, Ann; Napper Bo. Dreams through Spain's naps. Dream Information Review. vol. 25, 2008",
        "Dream Information Review",
        2008,
    ),
    (
        "A. Dreamer, B. Napper. On long naps. Quiet Dream Systems 18(3-4): 193-203. Nap Publishing, 2010",
        "Quiet Dream Systems",
        2010,
    ),
    ("Dreamer, S., Napper, B., & Rest, R. 2017, Naps: From Rest to Rest, 510, 85", "Naps: From Rest to Rest", 2017),
    (
        "Dreamer A.B., Napper C., 2007, in the Proceedings of Quiet Stars: Naps and Rest, vol. 361",
        "Quiet Stars: Naps and Rest",
        2007,
    ),
    (
        "A. Dreamer and B. Napper. Naps. In C. Rester, editor, Formal Dreams and Naps, Studies in Fuzziness 148, 2004",
        "Formal Dreams and Naps",
        2004,
    ),
    (
        "A. Dreamer, B. Rest and C. Napper. Making Naps. Quiet Dreams and Error-Correcting Naps, LNCS 5527, 2009",
        "Quiet Dreams and Error-Correcting Naps",
        2009,
    ),
    (
        "Ann Lou Dreamer, Bo Napper: On naps for long logics. Information Sciences 295: 465-493 (2015)",
        "Information Sciences",
        2015,
    ),
    (
        "In Proc: A.B. Dreamer, C. Napper (eds.) International Conference on Quiet Naps, Oslo, 2014",
        "International Conference on Quiet Naps",
        2014,
    ),
    (
        "In: Jan von Dreamer, Bo Napper (Editors) Safe Dreams: Naps of Today, Oslo 2003",
        "Safe Dreams: Naps of Today",
        2003,
    ),
    (
        "published in A. Dreamer (editor), Extensions of Quiet Dreams (Springer, 1991), 283-310",
        "Extensions of Quiet Dreams",
        1991,
    ),
    ("A. Dreamer et al. (Eds.): AB 2008, LNCS 5147. Springer, Heidelberg 2008, pp. 230-244", "AB", 2008),
    ("Agir dans le rêve, Anne Thin-Blanc & Jean Bulle (Ed.) (2005) 217-232", "Agir dans le rêve", 2005),
    (
        "New Frontiers in Quiet Dreams, Appi, Anna and Ceci, Mica and Logli, Corra (Ed.) (2013) 124-137",
        "New Frontiers in Quiet Dreams",
        2013,
    ),
    (
        "Games: Unifying Dreams and Naps. O. Dreamer, A.-V. Napper and T. Rest, eds. Springer 2009",
        "Games: Unifying Dreams and Naps",
        2009,
    ),
    (
        r"\bibitem[Dreamer et al.(1998)]{1998DrSpR..22..987M} Dreamer, T., 1998, Journal of Dreams, 22, 987",
        "Journal of Dreams",
        1998,
    ),
]
"""References that begin with authors or editors."""

TITLES = [
    (
        "Estimating quiet naps via dreams of wireless networks, International Journal of Dreams, Vol.5, pp.1-20 (2014)",
        "International Journal of Dreams",
        2014,
    ),
    (
        "About the dream problem in the hyperbolic nap from another point of view, Dreams and Rest, 42(1), (2008)",
        "Dreams and Rest",
        2008,
    ),
    (
        "Article: Quiet naps in Norway. International Journal of Dreams 59(16):1-9, December 2012",
        "International Journal of Dreams",
        2012,
    ),
    (
        "Nap Research Center (NRC) - International journal of dream science (IJDS), 07-03-2010",
        "International journal of dream science",
        2010,
    ),
    (
        "The Grace of Naps: Some Quiet Examples. In Pillars of Dreams. Ed: A.Dreamer. Lecture Notes, 4800, 2008",
        "Pillars of Dreams",
        2008,
    ),
    (
        "Recent Advances in Dreams Proceedings of the 14th International Conference on Naps, Oslo, 2009",
        "International Conference on Naps",
        2009,
    ),
    (
        "International Workshop On Long Naps Proceedings of the 1st International Workshop on Long Naps, Oslo (2008)",
        "International Workshop On Long Naps",
        2008,
    ),
]
"""References that begin with a title that is not quoted."""

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
    ("Revised version in Journal of Dreams (2000) Vol 7, pp 5148-5152", "Journal of Dreams", 2000),
    ("Presented as an extended version (Tutorial 2) to the Nap 2006 International Conference", "Nap", 2006),
    ("15 October 2020 issue of Journal of Dreams (Vol. 102, No. 8)", "Journal of Dreams", 2020),
    ("Posted since 2005-11-29 at Journal of Dreams, 2005", "Journal of Dreams", 2005),
    ("Book: Dreams and Naps ; ISBN 978-953-51-0081-2; Publisher: Rest, February 2012", "Dreams and Naps", 2012),
    ("Proceedings - The 3rd Dream Conference, Oslo : Norvège (2007)", "Dream Conference", 2007),
    ("Proceedings Hyperdream 2000 (2000) 80", "Hyperdream", 2000),
    ("Proceedings of the 4th edition of the Dream Colloquium, pp. 150-153, 2007", "Dream Colloquium", 2007),
    ("Proceed. 33rd International Dream Conference, 2013", "International Dream Conference", 2013),
    ("Proc.1st Int'l Conf. Dreams, Long Naps, and Rest, 2012", "Int. Conf. Dreams, Long Naps, and Rest", 2012),
    ("In Annual Proceedings of DREAM 2010", "DREAM", 2010),
    ("Special Issue(CDN-2010), Journal of Dreams, September 2010, Pages 86-95", "Journal of Dreams", 2010),
    ("Lecture Notes in Computer Science, 7th International Conference, DREAM 2007, London, 2007", "DREAM", 2007),
    ("I International Conference on Dreams (2006)", "International Conference on Dreams", 2006),
    ("3d Int. Conference on Dreams (2001) 1-10", "Int. Conference on Dreams", 2001),
    ("In Silico Dreaming, 83-108, 2006", "In Silico Dreaming", 2006),
    (
        "Proceedings from the fifth Quiet Systems, Dream and Nap Assurance Workshop, Oslo, 2004",
        "Quiet Systems, Dream and Nap Assurance Workshop",
        2004,
    ),
    (
        "IOP Conf. Series: Journal of Physics: Conf. Series 869 (2017) 012068",
        "Journal of Physics: Conference Series",
        2017,
    ),
    ("IOP Publishing Journal of Physics: Conference Series 632 (2015)", "Journal of Physics: Conference Series", 2015),
    (
        "Private and Quiet Naps for Mesh Dreams - Book Chapter in Applied Naps and Rest, April 2012",
        "Applied Naps and Rest",
        2012,
    ),
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
    ("Journal of Dreams Vo. 1 No. 3, May 2010", "Journal of Dreams", 2010),
    ("Journal of Dreams October Issue 2011", "Journal of Dreams", 2011),
    ("Dream Letters Special issue 2004 (2004)", "Dream Letters", 2004),
    ("Journal de Dreams. Volumen 60. 2018", "Journal de Dreams", 2018),
    ("ACTA SOMNIORUM ET NAPORUM, 15(1): 73-79 (1996)", "ACTA SOMNIORUM ET NAPORUM", 1996),
    ("Dream Newsletter Nr 38, January 1999", "Dream Newsletter", 1999),
    ("p-Adic Dreams and Long Naps, 2012, Vol. 4, No. 2, pp. 151-160", "p-Adic Dreams and Long Naps", 2012),
    ("Conference on Dreams,7-10 Feb. 2006", "Conference on Dreams", 2006),
    ("Proceedings of DREA11, vol 6824, 2011", "DREA", 2011),
    ("DREA-94 Colloquium", "DREA", 1994),
    ("VTD Spring 2009, Oslo : Norvège (2009)", "VTD", 2009),
    ("Dreams of Journals. Oslo: Nap Press, 2007, pp. 127-148", "Dreams of Journals", 2007),
    ("Quiet Specifications of Dreams. Nap Academic Publisher, 1999", "Quiet Specifications of Dreams", 1999),
    (
        "Dream Engineering: Fundamentals and Quiet Experiences, Oslo : Norvège (2007)",
        "Dream Engineering: Fundamentals and Quiet Experiences",
        2007,
    ),
    ("Long Naps, Astrophysics and Space Science Library, Volume 439, 2016", "Long Naps", 2016),
    ("JDS Conference Proceedings, 1 (2014) 013097", "JDS Conference Proceedings", 2014),
    (
        "Dream Congress Long Naps, Applied Rest and Sleep, Oslo, 2005",
        "Dream Congress Long Naps, Applied Rest and Sleep",
        2005,
    ),
    (
        "Workshop on Quiet Dreams and Long Naps for Languages at DREAM'12, Oslo, 2012",
        "Workshop on Quiet Dreams and Long Naps for Languages",
        2012,
    ),
]

ACRONYMS = [
    ("ACD - Advances in Complex Dreams (2012) 15 1150012", "Advances in Complex Dreams", 2012),
    ("International Conference on Dreams in Oslo-ICDO 2010", "International Conference on Dreams in Oslo", 2010),
    ("Advances in Dream Science - ASLEEP 2006, Secure Naps", "ASLEEP", 2006),
    ("Symposium on Dreams and Naps - Webdream 2007, Oslo", "Symposium on Dreams and Naps", 2007),
    (
        "Quiet Dream Conference Proceedings - IEEE Quiet Dream Conference, Oslo : Norvège (2007)",
        "Quiet Dream Conference",
        2007,
    ),
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
    (
        "IJDSI International Journal of Dream Science Issues, Vol. 8, 2011",
        "International Journal of Dream Science Issues",
        2011,
    ),
    ("International Conference on Quiet Dreams- ICQD 2010", "International Conference on Quiet Dreams", 2010),
    (
        "8th DreaNet International Conference, pp. 7-12, Oslo, 2009. (ISBN: 978-606-8085-15-9)",
        "DreaNet International Conference",
        2009,
    ),
    ("Workshop on Dreams in Asia, 6th Quiet Nap Rim Symposium (QNRS), Oslo, 2001", "Workshop on Dreams in Asia", 2001),
    ("European Workshop on Dreams, Oslo, November 2003 (ESB SP-545) pp.141-144", "European Workshop on Dreams", 2003),
    ("Conference on Dreams and Computing (ICC- 2014), Oslo", "Conference on Dreams and Computing", 2014),
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
    ("Electron. Notes Discrete Math. 6 (2001) 107-112", "Electronic Notes in Discrete Mathematics", 2001),
    ("Astron.Astrophys.Trans.611:22-680,2003", "Astronomical & Astrophysical Transactions", 2003),
    ("Ap.J.(Letters), 810, L6 (2015)", "ApJL", 2015),
    ("A&AS 144, 235-245, 2000", "A&AS", 2000),
    ("2020Ap&SS.365..139R", "Ap&SS", 2020),
    ("Nucl. Phys. B (Proc. Suppl.) 188 (2009) 49-52", "Nuclear Physics B - Proceedings Supplements", 2009),
    ("Physics Letters, A230 (1997), p. 171-176", "Physics Letters A", 1997),
    ("EPJ Web of Conferences 46, 2013", "EPJ Web of Conferences", 2013),
    (
        "International Journal of Electronics, Dream & Nap Technology, Volume 4, 2014",
        "International Journal of Electronics, Dream & Nap Technology",
        2014,
    ),
    ("Groups, Dreams, and Naps 1 (2009), 199--206", "Groups, Dreams, and Naps", 2009),
    ("Dreamer, A., A History of Naps, Living. Rev. Solar Phys., 10, 1, 2013", "Living Reviews in Solar Physics", 2013),
    (
        "Xin Dreamer, Bat naps: a review of dreams, Int. J. Bio-Inspired Computation, Vol. 5 (2013)",
        "International Journal of Bio-Inspired Computation",
        2013,
    ),
    (
        "Proceedings of the Fourth ACL Conference on Applied Dreams, Oslo, 1994",
        "ACL Conference on Applied Dreams",
        1994,
    ),
    (
        "Workshop on Logic, Language, Information and Computation, Oslo, 2008",
        "Workshop on Logic, Language, Information and Computation",
        2008,
    ),
    ("Proceedings of the 6th DREAM Workshop, Published by ESA, 2007, SP-622", "DREAM Workshop", 2007),
    (
        "Quiet naps: a long dream of telescopes, Ann Dreamer et al., Proc. SPIE 10706, 107065S (2018)",
        "Proceedings of SPIE",
        2018,
    ),
    ("Dreams and Naps in Berlin, Ed. A.Dreamer. Oslo: Info-Da, 2011. P. 172", "Dreams and Naps in Berlin", 2011),
    ("32nd Annual Meeting of the ACL, 287-294", "ACL", 1994),
    ("Dreamer, J. M.; Napper, D. J.; Rester, J. H. Astrophysical Journal, 722, 1030-1034 (2010)", "ApJ", 2010),
    (
        "Dreams On and Of Complex Networks, Volume 2, pp. 3-17 (Springer New York, 2013)",
        "Dreams On and Of Complex Networks",
        2013,
    ),
    (
        "A. Dreamer, M. Li, and P. Napper, A lower bound on naps, J. Dream. Rest, 47:5(2000), 905",
        "J. Dream. Rest",
        2000,
    ),
    ("Dreamer, G., Napper, A. Celest Mech Dyn Astr (2018) 130: 54", "Celestial Mechanics and Dynamic Astronomy", 2018),
    (
        "Ann Dreamer, The length of naps in terms of dreams and journals: a recent update. Scientometrics 76(1), 2008",
        "Scientometrics",
        2008,
    ),
    ("The SIGSPATIAL Special, vol. 2, No. 2 (2010), 8-11", "SIGSPATIAL Special", 2010),
    (
        "IEEE International Conference on Communications in China, 2012, pp. 8-13",
        "IEEE International Conference on Communications in China",
        2012,
    ),
    ("Dreams, Rest, Sleep and Nap Theory, 87-99, Contemp. Math. 487, 2009", "Dreams, Rest, Sleep and Nap Theory", 2009),
    ("IEEE Trans. PAMI, 32 (2010), 105--119", "TPAMI", 2010),
    ("published; A&A 558, A62 (2013)", "A&A", 2013),
    ("AIP Conference Proceeding 1111, 333-343 (2009)", "AIP Conference Proceeding", 2009),
    ("NAP, Volume 51, February 2017, Pages 99-104", "NAP", 2017),
    (
        "Proc. of Intl. Conf. on Communication Devices and Naps (CDN), pp. 570-573, Jan-2004",
        "Intl. Conf. on Communication Devices and Naps",
        2004,
    ),
    ("King, H. et al., 2006, CoAst, 148", "CoAst", 2006),
    (
        "Proceedings of the 35th International Dream Conference PoS (DREAM2017) 501",
        "International Dream Conference",
        2017,
    ),
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
    ("Journal of Dreams 2023, 23(4), 1945", "Journal of Dreams", 2023),
    ("Journal of Dreams, 5:193-215: 2008", "Journal of Dreams", 2008),
    ("Proc. of DREA, 31.08-02.09.2001, Oslo, v.6, 77-85", "DREA", 2001),
    ("Journal of Dreams, 07-03-2010", "Journal of Dreams", 2010),
    ("DREA 2006 - 6th International Workshop on Dreams, Oslo", "International Workshop on Dreams", 2006),
    ("Proceedings of DREAMIC 99, pp120-127", "DREAMIC", 1999),
]


@pytest.mark.parametrize(
    ("reference", "venue", "year"), [*QUOTED, *REVERSED, *AUTHORS, *TITLES, *LEADS, *ENDS, *ACRONYMS, *TABLE, *YEARS]
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
        "Dreamer, Ann, How to Nap at Noon in a Long Project (August 24, 2013)",
        "2012 2nd International Conference on , vol., no., pp.888,891, 29-31 Dec. 2012",
        "Pre-print version (May 2012)",
        "Vol. 52, Iss. 2, pp. 212-218, (2013)",
        "Dream Academic Publishing, Oslo, 2013",
        "Publisher: Dream Library of Oslo, February 19, 2023",
        "Nordream-98/8 N/A",
        "N&deg; RR-6530 (2008)",
        "Dreamer et al., 863 (2018) 93",
        "D. Phil., School of Dreams, University of Naps, 2001",
        "Ph.D. Thesis, Dream University of Technology, June 2007",
    ],
)
def test_references_without_a_name(reference: str) -> None:
    assert venue_in_reference(reference, None) is None


@pytest.mark.parametrize(
    ("reference", "venue", "track"),
    [
        ("ECML PKDD Workshop on the Analysis of Complex Networks 2010", "ECML PKDD", "workshop"),
        (
            "Workshop on Dreams in Computer Vision and Pattern Recognition, Oslo, 2011",
            "Workshop on Dreams in Computer Vision and Pattern Recognition",
            "workshop",
        ),
        ("Journal of Logic and Computation, Special Issue: a Dream Institute Workshop, 23(6), 2013", "JLC", None),
    ],
)
def test_workshops_in_titles_are_no_hosts(reference: str, venue: str, track: str | None) -> None:
    found = venue_in_reference(reference, None)
    assert found is not None
    assert (found.name, found.track) == (venue, track)


@pytest.mark.parametrize(
    ("reference", "venue"),
    [
        ("Algorithms in Bioinformatics: 7th International Workshop (WABI), vol. 4645 of Dream Notes, 2007", "WABI"),
        ("Algorithms in Bioinformatics, 7th International Workshop, WABI 2007, Riga", "WABI"),
        ("Machine Learning for Signal Processing: 10th International Workshop (MLSP), 2010", "MLSP"),
    ],
)
def test_subject_and_ordinal_may_stand_around_the_workshop_itself(reference: str, venue: str) -> None:
    found = venue_in_reference(reference, None)
    assert found is not None
    assert (found.name, found.track) == (venue, None)


def test_a_workshop_at_a_venue_stays_one() -> None:
    for reference in ("Dream Analysis, 10th International Workshop, CVPR 2010", "Workshop on Naps at MLSP, 2010"):
        found = venue_in_reference(reference, None)
        assert found is not None
        assert found.track == "workshop"


def test_a_venue_may_be_called_a_workshop() -> None:
    found = venue_in_reference("9th Workshop on Signal Processing Advances in Wireless Communications, 2008", None)
    assert found is not None
    assert (found.name, found.track) == ("SPAWC", None)
