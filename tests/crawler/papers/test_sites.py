"""URLs of papers: each form of a site's URLs leads to one paper, and no other page of the site to any."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.kinds.registry import kind_of, link_of
from crawler.links.canonical_url import split
from crawler.papers.sites import page_of, paper_at, sites
from tests.support.reading import PAGES

HASH = "0123456789abcdef0123456789abcdef"
SHA = "0123456789abcdef0123456789abcdef01234567"
ONE_PAPER = {
    "cvf:content_CVPR_2019/html/Ode_Light_CVPR_2019_paper": [
        "https://openaccess.thecvf.com/content_CVPR_2019/html/Ode_Light_CVPR_2019_paper.html",
        "http://openaccess.thecvf.com/content_CVPR_2019/papers/Ode_Light_CVPR_2019_paper.pdf",
    ],
    "cvf:content/CVPR2021W/NIGHT/html/Ode_Light-Years_CVPRW_2021_paper": [
        "https://openaccess.thecvf.com/content/CVPR2021W/NIGHT/papers/Ode_Light-Years_CVPRW_2021_paper.pdf",
    ],
    "acl:P15-1150": [
        "https://aclanthology.org/P15-1150",
        "https://aclanthology.org/P15-1150.pdf",
        "https://aclanthology.org/P15-1150v2.pdf",
        "http://www.aclweb.org/anthology/P15-1150",
        "http://aclweb.org/anthology/P/P15/P15-1150.pdf",
        "https://www.aclweb.org/anthology/papers/P/P15/P15-1150/",
    ],
    "acl:2021.eacl-main.326": ["https://www.aclweb.org/anthology/2021.eacl-main.326/"],
    f"neurips:2020/hash/{HASH}-Abstract": [
        f"https://proceedings.neurips.cc/paper/2020/hash/{HASH}-Abstract.html",
        f"https://proceedings.neurips.cc//paper/2020/file/{HASH}-Paper.pdf",
        f"https://papers.nips.cc/paper_files/paper/2020/file/{HASH}-Paper.pdf",
    ],
    f"neurips:2023/hash/{HASH}-Abstract-Datasets_and_Benchmarks": [
        f"https://papers.nips.cc/paper_files/paper/2023/hash/{HASH}-Abstract-Datasets_and_Benchmarks.html",
    ],
    "nips:6081-a-slug": ["http://papers.nips.cc/paper/6081-a-slug.pdf", "https://papers.nips.cc/paper/6081-a-slug"],
    "pmlr:v97/gao19a": [
        "http://proceedings.mlr.press/v97/gao19a.html",
        "http://proceedings.mlr.press/v97/gao19a/gao19a.pdf",
        "http://jmlr.org/proceedings/papers/v97/gao19a.pdf",
    ],
    "jmlr:v21/20-074": [
        "https://www.jmlr.org/papers/v21/20-074.html",
        "https://jmlr.org/papers/volume21/20-074/20-074.pdf",
    ],
    "ieee:9156306": [
        "https://ieeexplore.ieee.org/document/9156306/",
        "https://ieeexplore.ieee.org/abstract/document/9156306",
        "https://ieeexplore.ieee.org/stamp/stamp.jsp?tp=&arnumber=9156306",
        "https://ieeexplore.ieee.org/xpl/articleDetails.jsp?arnumber=9156306",
    ],
    "pwc:some-paper": ["https://paperswithcode.com/paper/some-paper"],
    "doi:10.1145/3292500.3330701": [
        "https://doi.org/10.1145/3292500.3330701",
        "http://dx.doi.org/10.1145/3292500.3330701",
        "https://dl.acm.org/doi/10.1145/3292500.3330701",
        "https://dl.acm.org/doi/abs/10.1145/3292500.3330701",
        "https://dl.acm.org/doi/pdf/10.1145/3292500.3330701",
    ],
    "doi:10.1016/j.neunet.2023.01.001": ["https://doi.org/10.1016/J.NEUNET.2023.01.001"],
    "doi:10.1007/978-3-319-46448-0_8": [
        "https://link.springer.com/chapter/10.1007/978-3-319-46448-0_8",
        "https://link.springer.com/content/pdf/10.1007%2F978-3-319-46448-0_8.pdf",
    ],
    "doi:10.1007/s11263-015-0816-y": ["https://link.springer.com/article/10.1007/s11263-015-0816-y"],
    "doi:10.1038/nature14539": [
        "https://www.nature.com/articles/nature14539",
        "https://nature.com/articles/nature14539.pdf",
    ],
    "doi:10.1038/s41586-021-03819-2": ["https://www.nature.com/articles/s41586-021-03819-2"],
    "doi:10.1101/2020.01.30.927871": [
        "https://www.biorxiv.org/content/10.1101/2020.01.30.927871v1",
        "https://www.biorxiv.org/content/10.1101/2020.01.30.927871v2.full.pdf",
        "https://www.biorxiv.org/content/10.1101/2020.01.30.927871v1.full",
    ],
    "doi:10.1101/2020.01.30.20019828": ["https://www.medrxiv.org/content/10.1101/2020.01.30.20019828v2"],
    "doi:10.2139/ssrn.3525002": [
        "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=3525002",
        "https://ssrn.com/abstract=3525002",
    ],
    "doi:10.1371/journal.pone.0012345": ["https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0012345"],
    "pii:S0925231220306779": ["https://www.sciencedirect.com/science/article/pii/S0925231220306779?via%3Dihub"],
    "openreview:B1e3OlStPB": [
        "https://openreview.net/forum?id=B1e3OlStPB",
        "https://openreview.net/pdf?id=B1e3OlStPB",
        "https://openreview.net/forum?id=B1e3OlStPB&noteId=x",
    ],
    f"s2:{SHA}": [f"https://www.semanticscholar.org/paper/A-Slug/{SHA}"],
    "corpus:13756489": ["https://api.semanticscholar.org/CorpusID:13756489"],
    "dblp:conf/nips/VaswaniSPUJGKP17": [
        "https://dblp.org/rec/conf/nips/VaswaniSPUJGKP17.html",
        "https://dblp.uni-trier.de/rec/html/conf/nips/VaswaniSPUJGKP17",
    ],
}
NO_PAPERS = [
    "https://openaccess.thecvf.com/CVPR2021?day=all",
    "https://aclanthology.org/venues/acl/",
    "https://papers.nips.cc/paper/2020",
    "https://proceedings.mlr.press/v97/",
    "https://www.jmlr.org/papers/v21/",
    "https://ieeexplore.ieee.org/xpl/conhome/9127813/proceeding",
    "https://doi.org/",
    "https://dl.acm.org/conference/kdd",
    "https://www.nature.com/nature/articles?type=article",
    "https://openreview.net/group?id=ICLR.cc/2021/Conference",
    "https://www.semanticscholar.org/author/A/12345",
    "https://dblp.org/pid/00/1.html",
    "https://example.org/doi/10.1145/3292500.3330701",
]


@pytest.mark.parametrize(("identity", "url"), [(key, url) for key, urls in ONE_PAPER.items() for url in urls])
def test_every_form_is_one_paper(identity: str, url: str) -> None:
    link = link_of(url, "n.md")
    assert link is not None
    assert (link.identity, link.url) == (identity, url)
    page = link_of(page_of(identity), "n.md")
    assert page is not None
    assert page.key == link.key, "the page of a paper is that paper"


@pytest.mark.parametrize("url", NO_PAPERS)
def test_other_pages_are_no_papers(url: str) -> None:
    link = link_of(url, "n.md")
    assert link is not None
    assert link.kind == "web"


@pytest.mark.parametrize("scheme", sorted({site.scheme for site in (*sites("page"), *sites("record"))}))
def test_every_site_has_a_recorded_page(scheme: str) -> None:
    paths = (path for kind in ("paper", "record") for path in PAGES.glob(f"{kind}/*.toml"))
    links = (link_of(tomllib.loads(path.read_text("utf-8"))["url"], "n.md") for path in paths)
    assert scheme in {link.identity.partition(":")[0] for link in links if link is not None}


@given(st.sampled_from([host for site in (*sites("page"), *sites("record")) for host in site.hosts]), st.text())
@example("doi.org", "10.1145/%00")
@example("nature.com", "articles/" + "a" * 1_000)
def test_no_path_is_too_much(host: str, path: str) -> None:
    parts = split(f"https://{host}/" + path.replace("[", "").replace("]", ""))
    for group in ("page", "record"):
        identity = paper_at(group, parts)
        assert identity is None or page_of(identity).startswith("https://")


def test_a_file_is_described_by_its_page() -> None:
    pdf, page = (link_of(ONE_PAPER["pmlr:v97/gao19a"][at], "n.md") for at in (1, 0))
    assert pdf is not None
    assert page is not None
    assert kind_of(pdf).description_url(pdf) == "https://proceedings.mlr.press/v97/gao19a.html"
    assert kind_of(page).description_url(page) is None
