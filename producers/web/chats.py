"""The chats in this process's memory: those with a socket, and those whose contact has not ended."""

from __future__ import annotations

from collections.abc import Iterator

from producers.web.chat import Chat


class Chats:
    """Found by the digest of their token and by the contact that they are at."""

    def __init__(self) -> None:
        self._by_digest: dict[bytes, Chat] = {}
        self._by_interaction: dict[str, Chat] = {}

    def __iter__(self) -> Iterator[Chat]:
        return iter(list(self._by_digest.values()))

    def __len__(self) -> int:
        return len(self._by_digest)

    def add(self, chat: Chat) -> Chat:
        """The chat, or the one with its token that is here already."""
        kept = self._by_digest.setdefault(chat.row.digest, chat)
        self.index(kept)
        return kept

    def index(self, chat: Chat) -> None:
        """The chat is at its present contact from now on. It is found by the next one too: another instance may open that,
        and its first message is in the log before routing speaks of it.
        """
        for number in (chat.row.number, chat.row.number + 1):
            if number:
                self._by_interaction[chat.row.interaction(number)] = chat

    def find(self, digest: bytes) -> Chat | None:
        """The chat with the token."""
        return self._by_digest.get(digest)

    def at(self, interaction_id: str) -> Chat | None:
        """The chat that is at the contact, was at it, or goes on to it."""
        return self._by_interaction.get(interaction_id)

    def is_held(self, interaction_id: str) -> bool:
        """Whether a socket of that contact's customer is here."""
        chat = self._by_interaction.get(interaction_id)
        return chat is not None and bool(chat.members)

    def drop_idle(self) -> None:
        """Forgets those that nobody holds, that are under way no longer, and that are saved or were never used."""
        for chat in list(self._by_digest.values()):
            is_kept = chat.is_saved or chat.row.number == 0
            if not chat.members and not chat.is_open and not chat.on_way and is_kept:
                del self._by_digest[chat.row.digest]
        gone = [one for one, chat in self._by_interaction.items() if chat.row.digest not in self._by_digest]
        for interaction_id in gone:
            del self._by_interaction[interaction_id]
