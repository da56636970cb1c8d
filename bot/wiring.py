"""build(settings): the only place where adapters are chosen."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import yaml
from pydantic import ValidationError

from bot.caddie import Caddie
from bot.crm.adapters.embedded import EmbeddedCrm
from bot.crm.mirror.reads import Mirror
from bot.crm.names.index import LiveNames
from bot.domain.periods import FiscalCalendar
from bot.domain.process import Process
from bot.errors import NotConfigured
from bot.handlers.desk import Desk
from bot.handlers.registry import COMMANDS
from bot.language.model.loading import load_model
from bot.language.model.prose import Prose
from bot.language.model.reader import ModelReader
from bot.language.reader import Reader
from bot.language.reading.judge import JudgedReader
from bot.language.rules.reader import RuleReader
from bot.language.trained.model import MODEL, trained
from bot.pipeline.rules import Thresholds
from bot.records.records import Records
from bot.settings import Settings
from bot.storage.audit import Audit
from bot.storage.conversations import Conversations
from bot.storage.database import open_database
from bot.storage.documents import Documents
from bot.storage.drafts import Drafts
from bot.storage.forecasts import Forecasts
from bot.storage.library_use import LibraryUse
from bot.storage.receipts import Receipts
from bot.storage.schedules import Schedules
from knowledge.catalogue import Catalogue
from knowledge.embedding import Embedder
from knowledge.library import Library
from knowledge.reranking import Reranker
from knowledge.taxonomy import Taxonomy
from knowledge.vectors import VectorStore

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from sqlalchemy import Engine

DOCUMENTS = Path(__file__).parent.parent / "knowledge" / "documents"


class House:
    """Everything that runs on one set of settings; each part is made when it is first used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        settings.caddie_data.mkdir(parents=True, exist_ok=True)

    @cached_property
    def engine(self) -> Engine:
        return open_database(self.settings.database)

    @cached_property
    def model(self) -> BaseChatModel | None:
        """The chat model, loaded once for reading and for wording; None for offline."""
        return load_model(self.settings.caddie_model, self.settings.caddie_model_timeout)

    @cached_property
    def process(self) -> Process:
        file = self.settings.process_file or DOCUMENTS / "process.yaml"
        try:
            return Process.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise NotConfigured(f"The process file {file.name} cannot be read: {error}") from error

    @cached_property
    def library(self) -> Library:
        settings = self.settings
        embedder = Embedder(settings.caddie_embedder)
        reranker = Reranker(settings.caddie_reranker) if settings.caddie_reranker else None
        vectors = VectorStore(settings.caddie_data / "chroma", settings.chroma_url, embedder.name)
        return Library(Catalogue(self.engine), vectors, embedder, Taxonomy(DOCUMENTS / "taxonomy.yaml"), reranker)

    @cached_property
    def desk(self) -> Desk:
        settings, mirror = self.settings, Mirror(self.engine)
        thresholds = Thresholds(
            settings.stalled_days,
            settings.stalled_days_closing,
            settings.next_step_days,
            settings.close_date_days,
            settings.single_contact_amounts,
            settings.overaged_factor,
        )
        return Desk(
            mirror=mirror,
            records=Records(mirror, thresholds),
            names=LiveNames(mirror),
            crm=EmbeddedCrm(self.engine),
            conversations=Conversations(self.engine),
            drafts=Drafts(self.engine),
            receipts=Receipts(self.engine),
            audit=Audit(self.engine),
            library_use=LibraryUse(self.engine),
            documents=Documents(self.engine),
            forecasts=Forecasts(self.engine),
            schedules=Schedules(self.engine),
            library=self.library,
            process=self.process,
            prose=Prose(self.model, settings.caddie_model_timeout),
            fiscal=FiscalCalendar(settings.fiscal_year_start),
            new_id=lambda: uuid4().hex[:16],
            open_to_all=settings.visibility == "open",
            timezone=settings.caddie_timezone,
            currency=settings.caddie_currency,
            crm_link=settings.crm_link,
            locale=settings.caddie_locale,
        )

    @cached_property
    def caddie(self) -> Caddie:
        own = self.settings.caddie_data / "reader.zip"
        settings, offline = self.settings, JudgedReader(trained(own if own.exists() else MODEL), RuleReader())
        reader: Reader = offline
        if self.model is not None:
            name, timeout = settings.caddie_model or "", settings.caddie_model_timeout
            reader = ModelReader(self.model, name, timeout, COMMANDS, offline)
        return Caddie(self.desk, reader, offline)


def build(settings: Settings) -> House:
    """The house for a set of settings."""
    return House(settings)
