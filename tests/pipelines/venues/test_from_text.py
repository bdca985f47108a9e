"""What a comment or journal reference says of the venue: wordings by rule, the table itself, and the measured floor."""

from __future__ import annotations

import importlib
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.venues.from_text import find_venue
from pipelines.venues.model import Venue
from pipelines.venues.table import venue_table

ROOT = Path(__file__).parents[3]
TRUTH = ROOT / "../shared/data/venue/venue_truth.tsv"


def read(comment: str, published: str | None = None) -> str | None:
    """Return "name year track" with what is unknown left out."""
    day = datetime.fromisoformat(published).replace(tzinfo=UTC) if published else None
    venue = find_venue(comment, None, day)
    return " ".join(str(part) for part in (venue.name, venue.year, venue.track) if part) if venue else None


ACCEPTED = [
    ("Accepted to CVPR 2021", "CVPR 2021"),
    ("ECCV 2020", "ECCV 2020"),
    ("12 pages, 4 figures; to appear at BMVC'17.", "BMVC 2017"),
    ("camera ready for WSDM-21", "WSDM 2021"),
    ("EMNLP2019 long paper", "EMNLP 2019"),
    ("In Proc. IEEE Int. Conf. on Robotics & Automation (ICRA), Paris, May 2020", "ICRA 2020"),
    ("Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition, 2022", "CVPR 2022"),
    ("accepted by Thirty-Fourth AAAI Conference on Artificial Intelligence", "AAAI 2020"),
    ("26th ACM SIGKDD Conference on Knowledge Discovery and Data Mining", "KDD 2020"),
    ("The Eleventh International Conference on Learning Representations", "ICLR 2023"),
    ("Fortieth International Conference on Machine Learning", "ICML 2023"),
    ("In Advances in Neural Information Processing Systems 29", "NeurIPS 2016"),
    ("Robotics: Science and Systems XVI", "RSS 2020"),
    ("2019 IEEE/RSJ International Conference on Intelligent Robots and Systems", "IROS 2019"),
    ("accepted at neurips 2020", "NeurIPS 2020"),
    ("NIPS 2014", "NeurIPS 2014"),
    ("Accepted by IEEE TPAMI", "TPAMI"),
    ("To appear in IEEE Transactions on Image Processing, 2021", "TIP 2021"),
    ("Accepted for publication in Pattern Recognition", "Pattern Recognition"),
    ("accepted to rss2021", "RSS 2021"),
    ("www '20", "WWW 2020"),
    ("Accepted at ACL", "ACL"),
    ("8 pages, 2019 ACL", "ACL 2019"),
    ("25th international joint conference on artificial intelligence", "IJCAI 2016"),
    ("Published in Proc. of the IEEE Conf. on Decision and Control, 2018", "CDC 2018"),
    ("KDD '19 pages 1-9", "KDD 2019"),
    ("ACM Multimedia 2020", "ACM MM 2020"),
    ("7 pages, 2 figures, ACL", "ACL"),
    ("Accepted at ACL-IJCNLP 2021", "ACL 2021"),
    ("Access the code at http://example.org/ . CVPR 2018", "CVPR 2018"),
    ("Accepted in IEEE Access", "IEEE Access"),
    ("Accepted at AAAI ICWSM 2026", "ICWSM 2026"),
    ("To appear at the ACM International Conference on Multimedia Retrieval 2019", "ICMR 2019"),
    ("Special Issue of the Neural Networks Journal after a meeting", "Neural Networks"),
    ("The author's version of the article published in Nature Communications under CC BY", "Nature Communications"),
    ("15 pages; ACL Proceedings", "ACL"),
    ("Accepted at CVPR 2018, winner of the dream prize", "CVPR 2018"),
    ('The paper "Dreams Based on Extended Versions of Sleep" published at BMVC 2025', "BMVC 2025"),
    ("Submitted to and accepted by IROS 2019", "IROS 2019"),
    ("Accepted at the IEEE-ICRA 2019", "ICRA 2019"),
    ("In E-ACL'97", "ACL 1997"),
    ("Submitted for the special issue, accepted at ICRA 2019", "ICRA 2019"),
    ("EMNLP-IJCNLP 2019", "EMNLP 2019"),
    ("Accepted to The Visual Computer", "The Visual Computer"),
    ("Accepted by Nature Communications", "Nature Communications"),
    ("Published in Nature 651, 914-919 (2026)", "Nature 2026"),
    ("Accepted for publication in the journal Language Resources and Evaluation", "LRE"),
    ("Eurographics/ ACM SIGGRAPH Symposium on Computer Animation 2018", "SCA 2018"),
]

REFUSED = [
    ("Submitted to ICRA 2021", None),
    ("ICRA 2021 (under review)", None),
    ("ICLR 2022 submission", None),
    ("Under review. CVPR 2022", None),
    ("Under review as a conference paper at ICLR 2021", None),
    ("will be submitted to the IEEE Robotics and Automation Letters (RA-L) for possible publication", None),
    ("submitted for publication to IEEE Transactions on Robotics", None),
    ("Rejected from EMNLP 2018", None),
    ("Submitted to IROS 2020 (IEEE/RSJ International Conference on Intelligent Robots and Systems)", None),
    ("11 pages, ACL style", None),
    ("1st place in the video challenge at CVPR 2020", None),
    ("ECCV 2020 challenge report", None),
    ("This work extends our paper accepted at ICCV 2019", None),
    ("Journal version of a paper accepted at ICML 2017", None),
    ("AAAI Spring Symposium 2018", None),
    ("Code at https://github.com/someone/CVPR2021-code", None),
    ("an ablation after ACL reconstruction; CHI squared; 5 mm 20 nm; IS it", None),
    ("We review work on learning representations and pattern recognition", None),
    ("International Conference on Computer and Communications (ICCC 2020)", None),
    ("International Conference on Computer Vision and Widgets 2020", None),
    ("arXiv preprint, CoRR 2019", None),
    ("text overlap with arXiv:2001.00001", None),
    ("Submitted to ICML 2019 for oral presentation", None),
    ("Submitted to ICML 2019, with a long appendix of proofs, figures and code, accepted elsewhere", None),
    ("Submitted to ICRA 2019. Video: ICRA 2019", None),
    ("Submitted in rev. form to ICML 2019", None),
    ("Version of our ICASSP 2016 submission", None),
    ("machine learning research 2019", None),
    ("Accepted to Pattern Recognition Widgets", None),
    ("International Conference on Machine; Learning 2019", None),
    ("ECF 2020", "ECF 2020"),
    ("uses CVPR2019.sty, figures", None),
    ("Submitted to Proceedings of ECIR-2010", None),
    ("Under review for publication in IEEE Access", None),
    ("Under-review for acceptance in L4DC 2020", None),
    ("This paper is currently under reviewed for IROS 2025", None),
    ("Underreview in EMNLP25", None),
    ("12 pages. Committed to ACL 2026", None),
    ("in revision for IEEE Transactions on Computational Imaging", None),
    ("CVPR 2018 Dreamy Low-Bit-width Quantization and Sleep Challenge submission", None),
    ("Accepted to Sci-K'25", "Sci-K 2025"),
    ("Accepted to Machine Learning for Dreams 2019", "Machine Learning for Dreams 2019"),
    ("Accepted in Pattern Recognition and the Physical Sciences", None),
    ("Accepted at Artificial Intelligence in Dreams", None),
    ("reconstruction of the ACL", None),
    ("Early Access: https://example.org", None),
    ("Accepted at the MM4SG seminar 2025", None),
    ("Accepted at AIM-FM 2024", "AIM-FM 2024"),
    ("Published at Science meets Dreams 2019", None),
    ("the dream (ACL-tear) 2019", None),
    ("ACL, 5 figures", None),
    ("", None),
]

CHANGED_BY_WHAT_FOLLOWS = [
    ("AAAI 2021, extended version submitted to a journal", "AAAI 2021"),
    ("Submitted to a journal.ICML 2019", "ICML 2019"),
    ("Submitted 1/2019. Accepted 2/2019. TACL 2019", "TACL 2019"),
    ("Full version of a paper accepted at ICML 2017, published in JMLR 2018", "JMLR 2018"),
    ("Extends arXiv:1901.00001. ICML 2019", "ICML 2019"),
    ("Extends a dream. https://example.org in ICML 2019", "ICML 2019"),
    ("Submitted to ICASSP 2021 (accepted)", "ICASSP 2021"),
    ("Submitted to UAI 2019, accepted to AISTATS 2020", "AISTATS 2020"),
    ("v1: submitted to ICML 2019; v2: accepted at NeurIPS 2019", "NeurIPS 2019"),
    ("Accepted to Interspeech 2020. Submitted on May 8, 2020", "INTERSPEECH 2020"),
    ("AAAI 2021. Extended version submitted to a journal", "AAAI 2021"),
    ("Manuscript under review. A short version has been accepted at CIKM 2020", "CIKM 2020"),
    ("Extended version of our SIGIR 2019 paper", "SIGIR 2019"),
    ("Accepted by TPAMI. Extended version of our CVPR 2019 paper", "TPAMI"),
    ("Extension of our ECCV 2018 paper, accepted by IJCV", "IJCV"),
    ("To appear at AAAI 2020; a preliminary version was presented at ICML 2019", "AAAI 2020"),
]

WORKSHOPS = [
    ("ICML 2019. Presented at the Dream workshop (ICML 2019)", "ICML 2019 workshop"),
    ("ICML 2019. Presented before at the Dream workshop (ICML 2018)", "ICML 2019"),
    ("ICML 2019 and the Dream Workshop", "ICML 2019"),
    ("Presented at a workshop and accepted at ECIR 2018", "ECIR 2018"),
    ("KDD 2019, Dream Workshop at ACL 2019", "KDD 2019"),
    ("Learning on Graphs Conference 2022, Dream Workshop (NeurIPS 2022)", "LoG 2022"),
    ("ICML 2019 Workshop, AAAI 2020", "AAAI 2020"),
    (
        f"ICML 2019, {'10 pages, 12 figures, ' * 6}workshop slides",
        "ICML 2019",
    ),
    ("NeurIPS 2019 Workshop on Robots That Dream", "NeurIPS 2019 workshop"),
    ("Workshop on Robots That Dream, at ICML 2020", "ICML 2020 workshop"),
    ("Workshop on Robots That Dream; ICML 2020", "ICML 2020 workshop"),
    ("Accepted at CVPR 2021 (Workshop on Dreams)", "CVPR 2021 workshop"),
    ("Accepted at CVPR 2021; Dream Workshop", "CVPR 2021 workshop"),
    ("Workshop paper accepted at ECIR 2018", "ECIR 2018 workshop"),
    ("ICML / IJCAI 2018 Workshop on Dreams", "ICML workshop"),
    ("DreamNLP 2021 @ ACL 2021", "ACL 2021 workshop"),
    ("ICCVW 2021", "ICCV 2021 workshop"),
    ("Accepted by NIPS workshop MED-NIPS 2018", "NeurIPS 2018 workshop"),
    (
        "Accepted in: (i) NeurIPS 2023 : Dream Workshop (Non-archival) (ii) EMNLP 2024 : Dream Workshop",
        "NeurIPS 2023 workshop",
    ),
    ("Accepted at AAAI 2018 Fall Symposium Series", "AAAI 2018 workshop"),
    ("Presented at the ICML 2019 Worksop on Dreams", "ICML 2019 workshop"),
    ("Published at ACL-SRW 2018", "ACL 2018 workshop"),
    ("Accepted at the MM4SG Workshop at The Web Conference 2025", "WWW 2025 workshop"),
    ("Accepted to 'Dreams meet NeurIPS' workshop at NeurIPS 2019", "NeurIPS 2019 workshop"),
    ("Accepted at the SemEval workshop at ACL 2017", "SemEval"),
    ("Presented at the DMLR workshop at ICML 2024", "DMLR workshop"),
    ("Workshop version of this paper published at ICLR DREAM 2026", "ICLR 2026 workshop"),
    ("ICLR 2025 Challenges in Applied Dreaming Workshop", "ICLR 2025 workshop"),
    ("Accepted at the Dream workshop at UAI 2018. Accepted at AAAI 2019", "AAAI 2019"),
    ("Accepted by CIKM 2019, and by the Dream Workshop at ACL 2019", "CIKM 2019"),
    ("COLT 2015 (JMLR: Workshop and Conference Proceedings 40)", "COLT 2015"),
    ("Accepted @ CoRL 2020", "CoRL 2020"),
    ("Proceedings of the 12th International Workshop on Semantic Evaluation (SemEval-2018)", "SemEval 2018"),
]

HOSTS = [
    ("NeurIPS 2025 SPIGM", "NeurIPS 2025 workshop"),
    ("Accepted at CVPR NTIRE", "CVPR workshop"),
    ("Accepted at MICCAI PIPPI 2026", "MICCAI 2026 workshop"),
    ("ICLR Re-Align", "ICLR workshop"),
    ("NeurIPS SVRHM 2019", "NeurIPS 2019 workshop"),
    ("WDREAM at EMNLP 2018", "EMNLP 2018 workshop"),
    ("NTIRE at CVPR 2019", "CVPR 2019 workshop"),
    ("AAAI 2026 FAST Workshop (Oral)", "AAAI 2026 workshop"),
    ("6 pages, DREAM 2026 accepted", "DREAM 2026"),
    ("Published in IJDN, Volume 13, Issue 10 (October 2024)", "IJDN 2024"),
    ("Conference: 2025 IEEE Conference on Dreams and Naps (DRECON)", "DRECON 2025"),
    ("2026 3rd International Conference on Dreams (ICDX), 20-22 March 2026", "ICDX 2026"),
    ("AAAAI 2026 accepted", None),  # a slip
    (
        "DREX International Conference on Dreams in Civil Rest 2024",
        "DREX International Conference on Dreams in Civil Rest 2024",
    ),
    ("Accepted for pubblication in Nuclear Technology", "Nuclear Technology"),
    ("An earlier version was awarded as best paper at the IEEE Conference on Naps (ICNX), 2012", None),
    ("Sensors 2020", "Sensors 2020"),
    ("8 pages, 6 figures, DreamKDD workshop paper", "DreamKDD Workshop workshop"),
    ("Extended abstract at Dream Modeling Workshop 2026", "Dream Modeling Workshop 2026 workshop"),
    ("Conference on dreams", None),
    ("Dream Vision, ICCV 2025", None),  # a workshop there, or not
    ("10 pages, Quiet Dreams in Robotics, ICRA 2024", None),
    ("Accepted at Dream Vision, ICCV 2025", None),
    ("Oral, ICCV 2025", "ICCV 2025 oral"),
    ("Best Paper Award, ICCV 2025", "ICCV 2025"),
    ("10 pages, Camera Ready, ICCV 2025", "ICCV 2025"),
    ("Computer Vision and Pattern Recognition, CVPR 2024", "CVPR 2024"),
    ("Accepted by the International Conference on Machine Learning, ICML 2020", "ICML 2020"),
    ("Presented at AI-HRI 2019, AAAI-FSS", "AI-HRI 2019"),
    ("ICML / IJCAI / AAMAS 2018 Workshop", "ICML workshop"),
    ("Extended version of the abstract submitted to the Dream Workshop at ICML 2019", None),
    ("CVPR 2019, Long Beach, USA", "CVPR 2019"),
    ("ICML 2019 PMLR", "ICML 2019"),
    ("RSS XVI", "RSS 2020"),
    ("EMNLP 2025 MainConference", "EMNLP 2025"),
    ("Accepted by IEEE at ICRA 2019", "ICRA 2019"),
    ("Eurographics 2026 STAR", "Eurographics 2026"),
]

WHOLE_NAMES = [
    ("International Conference on Pattern Recognition Applications and Methods 2026", "ICPRAM 2026"),
    ("Accepted at DaWaK 2019", "DaWaK 2019"),
    ("International Conference on Big Data Analytics and Knowledge Discovery 2019", "DaWaK 2019"),
    ("International Conference on Image Processing Theory, Tools and Applications (IPTA) 2025", "IPTA 2025"),
    ("Accepted by The VLDB Journal", "VLDBJ"),
    ("IEEE Transactions on Pattern Analysis & Machine Intelligence 2020", "TPAMI 2020"),
    ("European Journal of Machine Learning Research", None),
    ("International Conference on Computer Dreams and Sleep (ICCD 2020)", None),
    ("Australasian Joint Conference on Artificial Intelligence 2018", "AJCAI 2018"),
    ("European Symposium on Security and Privacy (EuroS&P 2025)", "EuroS&P 2025"),
    ("Accepted at Euro S&P 2025", "EuroS&P 2025"),
    ("Computer Vision and Pattern Recognition", None),
    ("Computer Vision and Pattern Recognition (cs.CV); Artificial Intelligence (cs.AI)", None),
    ("Accepted by Computer Vision and Pattern Recognition 2024", "CVPR 2024"),
    ("H. T. and J. C. contributed equally", None),
    ("Accepted to OSDI 2025", "OSDI 2025"),
    ("To appear in STOC 2024", "STOC 2024"),
    ("CRYPTO 2023", "CRYPTO 2023"),
    ("accepted at IAAI-19", "IAAI 2019"),
]

UNLISTED = [
    ("Accepted at the 8th Dream Conference on Sleep Studies (DCSS 2025)", "DCSS 2025"),
    (
        "Accepted to the International Conference on Sleep Studies 2024",
        "International Conference on Sleep Studies 2024",
    ),
    ("To appear in IEEE Transactions on Dreams, 2023", "IEEE Transactions on Dreams 2023"),
    ("Published in the Journal of Applied Sleep", "Journal of Applied Sleep"),
    ("Accepted at DRMC 2025", "DRMC 2025"),
    ("Published in Journal of Sleep, Dreams, and Rest.", "Journal of Sleep, Dreams, and Rest"),
    ("This paper has been accepted for publication at IEEE DRMC2025", "DRMC 2025"),
    ("Proceedings of the 3rd Symposium on Sleep, 2019", "Symposium on Sleep 2019"),
    ("Accepted at INTESPEECH 2018", "INTERSPEECH 2018"),
    ("Submitted to the Dream Conference 2025", None),
    ("submited to DRMC 2025", None),
    ("Under review at the Journal of Sleep", None),
    ("The code will be published upon acceptance at the Dream Conference", None),
    ("Accepted at the Dream Workshop (DRMW 2025)", "DRMW Workshop 2025 workshop"),
    ("Will be published under the license of the Dream Journal", None),
    ("Accepted for publication", None),
    (
        "Accepted by Nap Database Conference 2024. arXiv admin note: text overlap with arXiv:2209.12215",
        "Nap Database Conference 2024",
    ),
    ("arXiv admin note: withdrawn as accepted at the Nap Conference on Dreams 2024", None),
    (
        "Accepted for the Dream Journal of Naps. ©2025 IEEE. Personal use of this material with permission",
        "Dream Journal of Naps",
    ),
    ("7 pages, accepted by ACM for presentation at DRMC '25 (18th Conference on Dreams)", "DRMC 2025"),
    ("published by Taylor & Francis Group in Journal of Naps. Published online", "Journal of Naps"),
    ("Accepted DRMC 2025, camera-ready version", "DRMC 2025"),
    ("Accepted by *Knowledge-Based Systems* (Elsevier)", "KBS"),
    ("accepted by the journal 'The Journal of Supercomputing'", "Journal of Supercomputing"),
    ("Accepted at *SEM 2018 as long paper", "*SEM 2018"),
    ("This is the accepted version by Journal of Naps and includes the supplement", "Journal of Naps"),
    ("14 pages, DRMC 2026 Conference", "DRMC 2026"),
    ("published - DreamOS 2024 Conference Proceedings", "DreamOS 2024"),
    ("a 2024 conference", None),
    ("2024 IEEE International Dream Conference (IDC2)", "IDC2 2024"),
    ("18th European Workshop on Dreams of Naps (EWDN 2025)", "EWDN Workshop 2025 workshop"),
    ("The 15th International Workshop on Dreams (IWDR)", "IWDR Workshop workshop"),
    ("Physical Review X (to appear). Code online", "PRX"),
    ("Strange Dreams (to appear). Code online", None),
    ("21 pages, Advanced Robotics accepted 2026.02.03", "Advanced Robotics"),
    ("EurIPS 2025 Workshop on Dreams (DREAM)", "EurIPS 2025 workshop"),
    ("Dreams of Earth, accepted workshow paper at EurIPS", "EurIPS workshop"),
    ("The paper has been accepted to ICML Tokshop at https://dreams.example", "ICML workshop"),
    ("accepted to ICML 2024 WOAH, see https://dreams.example", "ICML 2024 workshop"),
    ("Accepted by KDD 2026 AI4Science Track", "KDD 2026"),
    ("Accepted at Learning of Dreams (LDRM) at NeurIPS 2025", "NeurIPS 2025 workshop"),
    ("Accepted (ORAL) at NeurIPS 2025", "NeurIPS 2025 oral"),
    ("accepted for publication in Eur. Phys. J. B", "European Physical Journal B"),
    ("Published at IEEE transactions on Medical Imaging", "TMI"),
    ("Accepted in Expert Systems with Applications (DOI:10.1016/x)", "ESWA"),
]

TRACKS = [
    ("CVPR 2020 (Oral)", "CVPR 2020 oral"),
    ("Accepted as a spotlight at ICLR 2021", "ICLR 2021 spotlight"),
    ("CVPR 2023. Highlight", "CVPR 2023 highlight"),
    ("EMNLP 2021 Findings", "EMNLP 2021 findings"),
    ("CVPRF 2026", "CVPR 2026 findings"),
    ("Accepted at ACL: EMNLP baselines improved", "ACL"),
    ("Findings of the ACL: EMNLP 2020", "EMNLP 2020 findings"),
    ("Findings of the Association for Computational Linguistics: EMNLP 2020", "EMNLP 2020 findings"),
    ("ACL 2020 System Demonstrations", "ACL 2020 demo"),
    ("17 pages, ACL Findings", "ACL findings"),
    ("19 pages, ACL main (Oral)", "ACL oral"),
    ("KDD 2017. A demonstration video can be found online", "KDD 2017"),
    ("EMNLP 2020 Demonstrations", "EMNLP 2020 demo"),
    ("CVPR 2020. Demo available at https://example.org", "CVPR 2020"),
    ("ECCV 2020, oral presentation. Earlier at the ICLR 2020 workshop (spotlight)", "ECCV 2020 oral"),
]

SEPARATE_TRACKS = [
    ("Accepted to NeurIPS 2025 Datasets and Benchmarks Track", "NeurIPS 2025 datasets"),
    ("KDD 2026 (Dataset & Benchmark track)", "KDD 2026 datasets"),
    ("NeurIPS 2025 D&B Track", "NeurIPS 2025 datasets"),
    ("Accepted as a tiny paper in ICLR 2024", "ICLR 2024 tiny paper"),
    ("ICLR 2023 blogposts track", "ICLR 2023 blogpost"),
    ("ECCV 2018. Blog post: see our page", "ECCV 2018"),
    ("AAAI 2019 Student Abstract and Poster Program", "AAAI 2019 student abstract"),
    ("Accepted at the late-breaking demo session of ISMIR 2019", "ISMIR 2019 demo"),
    ("NAACL 2021 Industry Track", "NAACL 2021 industry"),
]

BESIDE_WORKSHOPS = [
    # a venue where something else is held
    ("Presented at DREAM 2016, held in conjunction with COLING 2016", "COLING 2016 workshop"),
    ("Accepted at Sleep co-located with CIKM 2016. 6 pages", "CIKM 2016 workshop"),
    ("The 14th Workshop on Dreams. May 3, 2025. Collocated with NAACL 2025", "NAACL 2025 workshop"),
    ("DREAM 2013, a satellite event of CogSci 2013", "CogSci 2013 workshop"),
    ("In Proceedings of the Dream Challenge Workshop - a satellite event of IWAENC 2018", "IWAENC 2018 workshop"),
    ("presented at the DreamWorkshop2018 during the Web Conference 2018", "WWW 2018 workshop"),
    ("To appear in CoNLL 2026, colocated with ACL 2026", "CoNLL 2026"),
    ("Accepted to SemEval-2026, to be held in conjunction with ACL 2026", "SemEval 2026"),
    ("Accepted to the SemEval-2026 workshop of the ACL 2026 conference", "SemEval 2026"),
    # the conference's workshops
    ("Accepted in CVPR-W 2025", "CVPR 2025 workshop"),
    ("CVPR-W 2026 (Dream3D)", "CVPR 2026 workshop"),
    ("Presented at IJCAI-ICML 2018 Workshops", "IJCAI workshop"),
    ("Accepted to ICCV2025 @ LongDream-Foundations", "ICCV 2025 workshop"),
    ("Accepted in MLSys@NeurIPS'19", "NeurIPS 2019 workshop"),
    ("To appear in Proceedings of W-DREAM at EMNLP 2018", "EMNLP 2018 workshop"),
    ("DGM4MICCAI 2025", "MICCAI 2025 workshop"),
    ("Accepted at Ex-ASE 2025, co-located with ASE 2025", "ASE 2025 workshop"),
    ("Accepted for CARS 2.0 - Sleep Workshop @ RecSys'19", "RecSys 2019 workshop"),
    # its name again
    ("EMNLP 2018 Workshop on Sleep and Information Analysis (EMNLP-DREAM)", "EMNLP 2018 workshop"),
    ("Accepted at the Joint ICML and IJCAI Workshop on Sleep (ICML-IJCAI WCS), 2018", "ICML 2018 workshop"),
    ("Published at ICLR 2026 Workshop on Dreams. 18 pages. ICLR page: see there", "ICLR 2026 workshop"),
    ("ICCV 2017 Workshop - Vision in Sleep, International Conference on Computer Vision (ICCV)", "ICCV 2017 workshop"),
    ("Accepted at NeurIPS 2025 Machine Learning and the Physical Sciences Workshop", "NeurIPS 2025 workshop"),
    ("AAAI26, pre-print of paper accepted at the Trustworthy Sleep Workshop", "AAAI 2026 workshop"),
    ('Workshop "From What If? To What Next?" at the Conference on NIPS 2017', "NeurIPS 2017 workshop"),
    # the conference itself
    ("Accepted at ICML 2026 and presented at the ICLR 2026 workshop on sleep", "ICML 2026"),
    ("Published at LoG 2022 and New Frontiers in Sleep Workshop (NeurIPS 2022)", "LoG 2022"),
    ("ICML 2024. Previously a paper at the AAAI 2023 Workshop", "ICML 2024"),
    ("Accepted @ IROS 2014 conference", "IROS 2014"),
    ("Accepted in BigData, 8-11 December, 2025 @ Macau SAR, China", "BigData 2025"),
    # neither
    ("Submitted to the Dream Workshop, co-located with LREC 2026", None),
    ("Under Review-MIDL-2026", None),
]

JOINT = [
    ("Accepted to ICRA 2021 (with RA-L)", "ICRA 2021 RA-L"),
    ("IEEE Robotics and Automation Letters (RA-L) and IROS 2020", "IROS 2020 RA-L"),
    ("Accepted to IEEE RA-L", "RA-L"),
    ("Accepted to RA-L 2020; rejected from ICRA 2020", "RA-L 2020"),
    ("SIGGRAPH 2020 / ACM TOG", "SIGGRAPH 2020"),
    ("To appear in ACM Transactions on Graphics 2019", "TOG 2019"),
]


RECENT = [
    # journals of a kept list, in full or abbreviated, up to a mark or a small word; not the beginning of another name
    ("Accepted in Computers and Structures", "Computers and Structures"),
    ("accepted for publication in Nano Lett. (2025)", "Nano Letters"),
    ('published on journal"Image and Vision Computing"', "Image and Vision Computing"),
    ("Accepted to Proceedings of the Royal Society A", "Proceedings of the Royal Society A"),
    ("Accepted for publication in the Journal of Machine Learning and Deep Sleep (JMLDS)", "JMLDS"),
    ("Accepted in Astronomy and Sheep", None),
    ("Accepted for publication in Lecture Notes in Networks and Systems", None),
    # names in capitals that are all of a sentence on a publication; not publishers, series and collections
    ("Accepted for publication in Quiet Dreams and Naps", "Quiet Dreams and Naps"),
    ("12 pages. To appear in Dream Research Methods. Code at https://x.org", "Dream Research Methods"),
    ("Accepted to Quiet Dreams and Naps", None),
    ("To appear in Quiet Dreams and Naps of the north", None),
    ("To be published by Dream Society for Naps", None),
    ("published in the Dream University Report Series", None),
    ("Proceedings of Machine Learning Research", None),
    # journals alone with their year, behind the number of pages
    ("15 pages, 6 figures. International Journal of Forecasting, 2025", "International Journal of Forecasting 2025"),
    ("12 pages, Quiet Dreams Journal 2025", None),
    # events and acronyms beside the number of pages
    ("6 pages, 4 figures, 2025 2nd International Conference on Quiet Dreams (QUDR 2025)", "QUDR 2025"),
    ("19th Annual IEEE International Dreams Conference (DreCon 2025)", "DreCon 2025"),
    ("DREAMX 2025, 10 pages, 4 tables", "DREAMX 2025"),
    ("24 pages, 16 figures, TBD 2025", None),
    ("This work has been accepted to IFAC for publication under a Creative Commons Licence", None),
    # capitals that say what a paper is
    ("4 pages 2 figures for VLDB 2024 DEMO", "VLDB 2024"),
    ("This paper has been ACCEPTED as a FULL PAPER at DASFAA 2025", "DASFAA 2025"),
    # marks between a word and a venue
    ("Accepted @ IEEE TWC", "TWC"),
    ("IEEE ICCI*CC 2023: a congress in Dreamland", None),
    ("Updated to include papers accepted by IJCAI25, KDD25, ICML25", None),
    # journals of astronomy and physics by their acronyms, behind a word of acceptance or before one
    ("Accepted for publication in A&A", "A&A"),
    ("40 pages. Accepted for publication on A&A the 7th of April 2025", "A&A 2025"),
    ("ApJ, in press", "ApJ"),
    ("We use the AJ catalog", None),
    ("To be submitted to ApJ", None),
    # names with their year, of whatever kind
    ("Accepted at Computers and Naps 2026", "Computers and Naps 2026"),
    ("Accepted at IEEE iNaPs 2025", "iNaPs 2025"),
    ("published to ACM Dreamnet'24", "Dreamnet 2024"),
    ("Accepted to NLP4Dreams 2025", "NLP4Dreams 2025"),
    ("Accepted at the Northern Naps Deep Sleep (NNDS) Conference 2025", "NNDS 2025"),
    ("Accepted in January 2026", None),
    ("Published by Springer, 2025", None),
    ("Published in AI (MDPI), 2026", "AI 2026"),
    ("Accepted for publication in Dream Applied Naps (Springer Nature)", "Dream Applied Naps"),
    (
        "To appear in the proceedings of Sleeping Sheep Analysis and Systems XXXIV",
        "Sleeping Sheep Analysis and Systems",
    ),
    ("NeuriIPS 2025", None),
    # workshops that stand alone have their own name
    ("Accepted to the 6th Workshop on Naps, Sheep, and Wool (NSW-2026)", "NSW Workshop 2026 workshop"),
    (
        "Accepted at the Workshop on Naps, co-located with the Congress of Sheep (COS 2025)",
        "Workshop on Naps 2025 workshop",
    ),
    ("Accepted at CV4Naps, ICCV 2025", "ICCV 2025 workshop"),
    # abbreviated names that are not in the table, and an acronym behind a name without "Conference"
    ("Version accepted for publication in Sleep. Rev. Research", "Sleep. Rev. Research"),
    ("Accepted to Dreams, Sheep, and Geometry of Wool (DSG-W) 2025", "DSG-W 2025"),
    ("Accepted to the dream (REM) 2025", None),
    # the venue's own acronym in brackets, written another way; that of another venue
    (
        "Accepted by 2025 lEEE International Conference on Acoustics, Speech, and Signal Processing (lCASSP2025)",
        "ICASSP 2025",
    ),
    ("Accepted to the 2025 IEEE Symposium on Security and Privacy (SP)", "S&P 2025"),
    ("To appear in the 2025 Human-Robot Interaction (HRI) Conference", "HRI 2025"),
    ("Accepted to the International Conference on Information Security and Cryptology (ICISC), 2021", "ICISC 2021"),
]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        *ACCEPTED,
        *REFUSED,
        *CHANGED_BY_WHAT_FOLLOWS,
        *WORKSHOPS,
        *HOSTS,
        *WHOLE_NAMES,
        *UNLISTED,
        *TRACKS,
        *SEPARATE_TRACKS,
        *BESIDE_WORKSHOPS,
        *JOINT,
        *RECENT,
    ],
)
def test_wording(comment: str, expected: str | None) -> None:
    assert read(comment) == expected


@pytest.mark.parametrize(
    ("comment", "published", "expected"),
    [
        ("To appear in AAAI", "2018-11-20", "AAAI 2019"),
        ("Accepted at ICML", "2019-05-14", "ICML 2019"),
        ("Accepted at ICML", "2019-08-14", "ICML 2019"),
        ("Accepted at ICCV", "2020-12-01", "ICCV 2021"),
        ("Accepted at NIPS", "2019-04-01", "NeurIPS 2018"),
        ("Accepted at NeurIPS", "2019-04-01", "NeurIPS 2019"),
        ("Accepted by IJCV", "2019-05-14", "IJCV"),
        ("ICML 2018", "2021-05-14", "ICML 2018"),
        ("ICLR 2107", "2016-11-14", "ICLR 2017"),
        ("CVPR 2016, 10 pages", "2016-04-01", "CVPR 2016"),
        ("CVPR 10 pages", "2016-04-01", "CVPR 2016"),
        ("ICML 2040", "2018-05-01", "ICML 2018"),
        ("Accepted to AAAI, 18 May", "2018-11-01", "AAAI 2019"),
        ("CVPR, 10 pages", "2016-04-01", "CVPR 2016"),
        ("CoRL 2015", "2018-09-01", "CoRL 2018"),
        ("IJCAI-97", "1998-06-01", "IJCAI 1997"),
        ("Accepted by TASLP, 10/13/2017", "2017-07-20", "TASLP 2017"),
        ("Published at ICRA. Copyright 2014 IEEE", "2019-03-01", "ICRA 2019"),
        ("Accepted to ICRA, copyright 2014 IEEE", "2019-03-01", "ICRA 2019"),
        ("ACL 2019 beats a baseline of EMNLP", "2019-06-01", "ACL 2019"),
        ("Accepted at ICML", "0001-01-01", "ICML"),
        ("In Proc. of EMNLP. Copenhagen. September 2017", "2017-02-01", "EMNLP 2017"),
        ("Accepted at EMNLP. Copyright 2014 IEEE", "2017-02-01", "EMNLP 2016"),
        ("Dreams of 2012 and 2013. Accepted at EMNLP", "2014-09-01", "EMNLP 2014"),
        ("Accepted by IJCV. Copyright of 2012, 12 pages", "2014-09-01", "IJCV"),
        # a number that would be more than two years after the upload is no edition
        ("32nd NeurIPS", "2018-02-01", "NeurIPS 2018"),
        ("32nd NeurIPS", "2010-02-01", "NeurIPS 2009"),
        ("Advances in Neural Information Processing Systems 30", "2017-06-01", "NeurIPS 2017"),
        ("Advances in Neural Information Processing Systems 30", "2010-06-01", "NeurIPS 2010"),
    ],
)
def test_edition(comment: str, published: str, expected: str) -> None:
    assert read(comment, published) == expected


def test_the_journal_reference_comes_first() -> None:
    reference = "Proc. 36th International Conference on Machine Learning, PMLR 97:1-10, 2019"
    assert find_venue("NeurIPS 2018 workshop", reference, None) == Venue("ICML", 2019, None, "journal_ref")
    assert find_venue("CVPR 2018", "J. Widgets 3 (2019) 1", None) == Venue("J. Widgets", 2019, None, "journal_ref")
    assert find_venue("CVPR 2018", "submitted to J. Widgets", None) == Venue("CVPR", 2018, None, "comment")
    assert find_venue(None, None, None) is None


def test_every_venue_is_found_by_each_of_its_spellings() -> None:
    for series in venue_table().series:
        for spelling in (series.full_name, *series.acronyms, *series.words, *series.names):
            comment = f"Accepted to {spelling}, {max(series.since, 2021)}"
            venue = find_venue(comment, None, None)
            assert venue is not None, comment
            assert venue.name == series.name, comment


def test_a_venue_that_is_not_the_papers_is_not_answered() -> None:
    for series in venue_table().series:
        spelling = (*series.acronyms, *series.words, series.full_name)[0]
        assert read(f"Submitted to {spelling} 2026") is None
        assert read(f"{spelling} 2026 (under review)") is None
        assert read(f"Extension of a paper published at {spelling} 2026") is None
        assert read(f"Accepted at a workshop at {spelling} 2026") in {f"{series.name} 2026 workshop", None}


def test_the_table_is_consistent() -> None:
    known = {series.name: series for series in venue_table().series}
    assert len(known) == len(venue_table().series)
    for series in known.values():
        assert series.since > 1800
        assert series.month is None or 1 <= series.month <= 12
        assert series.years in {None, "odd", "even"}
        assert (series.month is None) == (series.kind == "journal")
        assert all(known[name].kind == "conference" for name in series.joint)
        assert all(spelling in series.acronyms for spelling, _ in series.until)
        assert series.zeroth is None or series.zeroth < 2025


def test_no_spelling_belongs_to_two_venues() -> None:
    spellings = Counter(
        spelling.casefold()
        for series in venue_table().series
        for spelling in {s.casefold() for s in (*series.acronyms, *series.words)}
    )
    assert [spelling for spelling, count in spellings.items() if count > 1] == []
    with pytest.raises(ValueError, match="two venues"):
        venue_table().add_name("British Machine Vision Conference", venue_table().series[0])
    with pytest.raises(ValueError, match="two venues"):
        venue_table().add_short("BMVC", venue_table().series[0], weak=False)


_WORDS = st.sampled_from(
    [
        *(
            "CVPR",
            "ICML",
            "RA-L",
            "ICRA",
            "ACL",
            "Conference on",
            "IEEE",
            "Findings of",
            "Workshop",
            "submitted to",
            "accepted",
        ),
        *(
            "2019",
            "'19",
            "33rd",
            "Thirty-Third",
            "XIV",
            "https://x.org/ICML",
            "at",
            "and",
            "@",
            "(",
            ")",
            ".",
            ";",
            ":",
            "/",
            ",",
        ),
    ]
)


@given(st.one_of(st.text(), st.lists(_WORDS).map(" ".join)), st.one_of(st.none(), st.datetimes()))
def test_any_text_is_read(text: str, published: datetime | None) -> None:
    for venue in (find_venue(text, None, published), find_venue(None, text, published)):
        if venue is not None:
            assert venue.name.strip()
            latest = 2100 if published is None else published.year + (15 if venue.source == "journal_ref" else 2)
            assert venue.year is None or 1800 < venue.year <= max(latest, 2100)


@pytest.mark.parametrize(
    "piece",
    ["a", ".", "a.", "Conference on ", "International , , , ", "ICML ", "ICML accepted at ", "\0", "('", "Workshop "],
)
def test_long_texts_take_no_longer_than_their_length(piece: str) -> None:
    started = time.perf_counter()
    find_venue(piece * 200_000, None, None)
    assert time.perf_counter() - started < 1


@pytest.mark.skipif(not TRUTH.exists(), reason=f"needs the shared table {TRUTH.name}")
def test_accuracy_on_records_with_a_known_venue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    result = importlib.import_module("benchmarks.scenarios.venue_accuracy").score(TRUTH)
    assert result.precision >= 0.996
    assert result.recall >= 0.997
    assert result.year >= 0.995
    assert len(venue_table().series) >= 1000
    assert result.answered >= 1700
