"""What identifiers say of the venue, and how that goes together with what texts say."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.metadata import Paper, Publication
from pipelines.venues.from_bibliography import venue_of_record
from pipelines.venues.from_identifiers import SCHEMES, venue_of_identifiers
from pipelines.venues.from_text import find_venue
from pipelines.venues.table import venue_table

if TYPE_CHECKING:
    from pipelines.venues.model import Venue

IDENTIFIERS = [
    ("doi", "10.1109/CVPR.2016.90", "CVPR 2016"),
    ("doi", "10.1109/cvpr42600.2020.00975", "CVPR 2020"),
    ("doi", "10.1109/CVPRW50498.2020.00001", "CVPR 2020 workshop"),
    ("doi", "10.1109/ICCVW.2019.00001", "ICCV 2019 workshop"),
    ("doi", "10.1109/3DV50981.2020.00001", "3DV 2020"),
    ("doi", "10.1109/SP46215.2023.10179", "S&P 2023"),
    ("doi", "10.1109/TPAMI.2016.2577031", "TPAMI 2016"),
    ("doi", "10.1109/ACCESS.2020.2991234", "IEEE Access 2020"),
    ("doi", "10.1109/ICCC.2019.00001", None),  # an acronym of several conferences
    ("doi", "10.1109/DREAM.2019.00001", None),
    ("doi", "10.18653/v1/N19-1423", "NAACL 2019"),
    ("doi", "10.18653/v1/2021.findings-emnlp.3", "EMNLP 2021 findings"),
    ("doi", "10.18653/v1/2020.acl-demos.1", "ACL 2020 demo"),
    ("doi", "10.1609/aaai.v34i05.6234", "AAAI 2020"),
    ("doi", "10.24963/ijcai.2019/12", "IJCAI 2019"),
    ("doi", "10.21437/Interspeech.2019-1234", "INTERSPEECH 2019"),
    ("doi", "10.15607/RSS.2018.XIV.001", "RSS 2018"),
    ("doi", "10.5244/C.29.41", "BMVC 2015"),
    ("doi", "10.4230/LIPIcs.ICALP.2016.77", "ICALP 2016"),
    ("doi", "10.1145/2348283.2348497", "SIGIR 2012"),
    ("doi", "10.1145/1.2", None),
    ("doi", "10.1016/j.media.2023.102802", "MedIA 2023"),
    ("doi", "10.1007/s11263-019-01247-4", "IJCV 2019"),
    ("doi", "10.1038/s42256-021-00337-8", "Nature Machine Intelligence 2021"),
    ("doi", "10.1038/nature14539", "Nature"),
    ("doi", "10.1103/PhysRevLett.130.1", "Phys. Rev. Lett."),
    ("doi", "10.48550/arXiv.2106.00001", None),
    ("acl", "P18-1001", "ACL 2018"),
    ("acl", "D19-5001", "EMNLP 2019"),
    ("acl", "W18-1234", None),
    ("acl", "2020.acl-main.1", "ACL 2020"),
    ("acl", "2023.acl-srw.1", "ACL 2023 workshop"),
    ("dblp", "conf/cvpr/HeZRS16", "CVPR 2016"),
    ("dblp", "conf/nips/VaswaniSPUJGKP17", "NeurIPS 2017"),
    ("dblp", "journals/pami/RenHG017", "TPAMI 2017"),
    ("dblp", "journals/corr/abs-1706-03762", None),
    ("openreview", "ICLR.cc/2024/Conference", "ICLR 2024"),
    ("openreview", "NeurIPS.cc/2023/Workshop/SPIGM", "NeurIPS 2023 workshop"),
    ("openreview", "NeurIPS.cc/2023/Track/Datasets_and_Benchmarks", "NeurIPS 2023 datasets"),
    ("openreview", "ICLR.cc/2023/TinyPapers", "ICLR 2023 tiny paper"),
    ("openreview", "TMLR", "TMLR"),
    ("cvf", "https://openaccess.thecvf.com/content/CVPR2023W/NTIRE/html/x.html", "CVPR 2023 workshop"),
    ("cvf", "content_CVPR_2020/html/x.html", "CVPR 2020"),
    ("cvf", "content/ICCV2021/papers/x.pdf", "ICCV 2021"),
]


def shown(venue: Venue | None) -> str | None:
    """Return "name year track" with what is unknown left out."""
    return " ".join(str(part) for part in (venue.name, venue.year, venue.track) if part) if venue else None


@pytest.mark.parametrize(("scheme", "identifier", "expected"), IDENTIFIERS)
def test_identifier(scheme: str, identifier: str, expected: str | None) -> None:
    venue = venue_of_identifiers({scheme: identifier})
    assert shown(venue) == expected
    assert venue is None or (venue.source, venue.evidence) == (scheme, identifier)


@pytest.mark.parametrize(
    ("doi", "comment", "expected"),
    [
        ("10.1109/ICASSP.2016.7472688", "Published at IEEE ICASSP 2015", "ICASSP 2016"),  # a slip of the author
        (
            "10.1109/TPAMI.2016.2577031",
            "Accepted by TPAMI 2017",
            "TPAMI 2017",
        ),  # accepted in one year, printed in another
        ("10.1109/LRA.2018.2852789", "Accepted to ICRA 2019 (with RA-L)", "ICRA 2019 RA-L"),
        ("10.1609/aaai.v34i05.6234", "To appear in IAAI 2020", "IAAI 2020"),
        ("10.1109/CVPR.2016.90", "CVPR 2016 (oral)", "CVPR 2016 oral"),
        ("10.1109/TIP.2019.1", "An extended version of our ICIP 2018 paper", "TIP 2019"),
        ("10.5555/1", "Accepted at ICML 2018", "ICML 2018"),
    ],
)
def test_an_identifier_goes_before_the_text(doi: str, comment: str, expected: str) -> None:
    assert shown(find_venue(comment, None, None, {"doi": doi})) == expected


def test_the_identifiers_of_a_record_go_before_its_names() -> None:
    record = Publication(
        arxiv_id="2111.06377", venues=("CVPR Workshops",), year=2020, ids={"dblp": "conf/cvpr/HeZRS16"}
    )
    venue = venue_of_record(Paper("T", {"arxiv": "2111.06377"}), "semantic_scholar", record)
    assert venue is not None
    assert (shown(venue), venue.source, venue.evidence) == ("CVPR 2016", "semantic_scholar", "dblp conf/cvpr/HeZRS16")


def test_each_row_of_the_proceedings_names_a_venue_of_the_table() -> None:
    lines = files("pipelines").joinpath("data/proceedings.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(rows) > 150
    for prefix, name, year in rows:
        assert venue_table().by_name[name].since <= int(year) <= 2030
        assert (
            shown(venue_of_identifiers({"doi": f"{prefix}.1" if "978-" not in prefix else f"{prefix}_1"})) is not None
        )


@given(st.sampled_from(SCHEMES), st.text())
def test_any_identifier_is_read(scheme: str, identifier: str) -> None:
    venue = venue_of_identifiers({scheme: identifier})
    assert venue is None or venue.name in venue_table().by_name
