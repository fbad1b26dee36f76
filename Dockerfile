# paldies in a box: /shop holds paldies.toml and message_templates, /data what must survive, /state what tells a restored database.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.image.lock ./
RUN python -m venv /opt/paldies \
 && /opt/paldies/bin/pip install --no-cache-dir --require-hashes -r requirements.image.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY message_templates message_templates
RUN /opt/paldies/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
# 1000 is what most machines call their first user: a mounted folder can be written to.
RUN useradd --uid 1000 --create-home paldies \
 && mkdir -p /shop /data /state \
 && chown paldies: /shop /data /state
COPY --from=build /opt/paldies /opt/paldies
ENV PATH=/opt/paldies/bin:$PATH \
    PALDIES_DATABASE=sqlite:////data/paldies.db \
    PALDIES_STATE_DIR=/state \
    PALDIES_WEB_HOST=0.0.0.0
USER paldies
WORKDIR /shop
EXPOSE 8025
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8025/health', timeout=4)"]
ENTRYPOINT ["paldies"]
CMD ["run"]
