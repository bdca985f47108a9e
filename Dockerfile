# docker build --tag notemend .
# docker run --rm --user "$(id -u):$(id -g)" --volume ~/my-notes:/notes --volume ~/my-links:/output notemend
# See docs/how-to/run-in-docker.md.

FROM python:3.13-slim AS build
WORKDIR /source
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY crawler crawler
COPY pipelines pipelines
# What no command loads makes two fifths of the image: tests, pip, Arrow's Flight, S3 and sources, the AWS services
# besides S3, and symbols of libraries. Those in *.libs were changed after they were linked, and strip breaks them.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends binutils && rm -rf /var/lib/apt/lists/* \
 && python -m venv --without-pip /opt/notemend \
 && pip --python /opt/notemend/bin/python install --no-cache-dir --constraint constraints.txt ".[postgresql,s3]" \
 && find /opt/notemend -type d \( -name tests -o -name test -o -path '*/pyarrow/include' -o -path '*/pyarrow/src' \) \
    -prune -exec rm -r {} + \
 && find /opt/notemend -path '*/pyarrow/*' \( -name '*flight*' -o -name '*arrow_s3*' -o -name '_s3fs*' \
    -o -name '*cpp_tests*' -o -name '*.px[di]' -o -name '*.pyx' -o -name '*.so.*.*.*' -o -name 'libarrow_python*.so' \) \
    -prune -exec rm -r {} + \
 && find /opt/notemend -path '*/botocore/data/*' -prune -type d \
    ! -name s3 ! -name sts ! -name 'sso*' ! -name signin -exec rm -r {} + \
 && find /opt/notemend -type f -name '*.so*' ! -path '*.libs/*' -exec strip --strip-unneeded {} +

FROM python:3.13-slim
RUN install --directory --owner=1000 --group=1000 /notes /output
COPY --from=build /opt/notemend /opt/notemend
ENV PATH=/opt/notemend/bin:$PATH
# The defaults of NOTES_DIR and OUTPUT_DIR are relative: here they are /notes and /output.
WORKDIR /
VOLUME ["/notes", "/output"]
USER 1000:1000
# Healthy if the link database can be read, which a run creates first.
HEALTHCHECK --interval=1m --timeout=30s --start-period=2m CMD ["notemend", "status"]
ENTRYPOINT ["notemend"]
CMD ["crawl", "notes"]
