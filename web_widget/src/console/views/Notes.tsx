/** What officers tell each other about a conversation. The visitor never sees it; it is no part of the sealed record. */

import { useEffect } from "preact/hooks";
import type { Conversation } from "../conversation";
import type { NotesView } from "../store";
import { clockTime } from "../waiting";
import { useDesk, useNow } from "./context";
import { Button, Hidden, Spinner } from "./pieces";

interface NotesProps {
  readonly conversation: Conversation;
  readonly view: NotesView | undefined;
}

/** The id of the text box for a new note. */
export function noteId(conversation: string): string {
  return `note-${conversation}`;
}

export function Notes({ conversation, view }: NotesProps) {
  const desk = useDesk();
  const now = useNow();
  const { id, noteDraft } = conversation;
  const asked = view !== undefined;
  useEffect(() => {
    if (!asked) {
      void desk.loadNotes(id);
    }
  }, [desk, id, asked]);
  const save = (event: Event) => {
    event.preventDefault();
    if (noteDraft.trim() !== "" && !view?.saving) {
      void desk.addNote(id, noteDraft);
    }
  };
  const field = noteId(id);
  return (
    <section class="notes" aria-labelledby={`${field}-heading`}>
      <h3 class="column__subheading" id={`${field}-heading`}>
        Private notes
      </h3>
      {view?.status === "loading" && <Spinner>Fetching the notes</Spinner>}
      {view?.status === "failed" && (
        <p class="govuk-error-message">
          The notes could not be fetched. {view.problem}{" "}
          <Button look="plain" onClick={() => void desk.loadNotes(id)}>
            Try again
          </Button>
        </p>
      )}
      {view?.status === "ready" && view.notes.length === 0 && <p class="govuk-body-s quiet">No notes yet.</p>}
      <ul class="notes__list">
        {view?.notes.map((note) => (
          <li key={note.id} class="notes__note" data-testid="note">
            <p class="notes__text" dir="auto">
              {note.text}
            </p>
            <p class="notes__by">
              {note.by.name} {note.by.collar}, <time dateTime={note.at}>{clockTime(note.at, now)}</time>
            </p>
          </li>
        ))}
      </ul>
      <form onSubmit={save}>
        <label class="govuk-label notes__label" for={field}>
          New note<Hidden> about this conversation</Hidden>
        </label>
        {view?.status === "ready" && view.problem && (
          <p class="govuk-error-message" role="alert">
            {view.problem}
          </p>
        )}
        <textarea
          id={field}
          class="govuk-textarea notes__box"
          rows={3}
          maxLength={4000}
          dir="auto"
          data-testid="note-text"
          value={noteDraft}
          onInput={(event) =>
            desk.dispatch({ type: "noteWritten", conversation: id, draft: event.currentTarget.value })
          }
          onKeyDown={(event) => {
            if (event.key === "Enter" && event.ctrlKey) {
              save(event);
            }
          }}
        />
        <Button
          type="submit"
          look="secondary"
          class="small"
          data-testid="note-save"
          aria-disabled={view?.saving}
        >
          {view?.saving ? "Saving" : "Save note"}
        </Button>
        <p class="panel__note">Officers only. The visitor never sees notes.</p>
      </form>
    </section>
  );
}
