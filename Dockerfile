# One image for every process of the portal: docker-compose.yml names the command of each.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --system --uid 10001 --home-dir /portal portal
WORKDIR /portal

COPY requirements/run.lock requirements/run.lock
RUN pip install --require-hashes -r requirements/run.lock

COPY . .
# Collecting static files reads the settings, which demand every value of a production site; none of these is used later.
RUN python -m portal.catalogues \
    && SECRET_KEY=build PORTAL_BASE_URL=https://build.invalid DATABASE_URL=sqlite:////tmp/build.sqlite3 \
       CELERY_BROKER_URL=amqp://build.invalid VIANET_QUEUE_URL=amqp://build.invalid VIANET_SIGNING_KEY=build \
       VIANET_VERIFY_KEYS=build AUDIT_KEY=build EMAIL_URL=dummymail:// EMAIL_FROM=build ALLOWED_HOSTS=build \
       python manage.py collectstatic --no-input

USER portal
EXPOSE 8000
