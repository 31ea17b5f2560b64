import { useEffect, useState } from "preact/hooks";
import { SignInForm } from "../account/SignInForm";
import { listTickets } from "../api/routes";
import type { Ticket } from "../api/types";
import { dateAndTime } from "../format";
import { t } from "../i18n";
import { account, sessionState } from "../session";
import { Failure, Skeleton } from "../ui/Loaded";
import { Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { useResource } from "../ui/useResource";
import { readTickets, saveTickets, type SavedTickets } from "./cache";
import { groupTickets, type TicketGroup } from "./groups";
import { TicketCard } from "./TicketCard";

/** Enough for any person; each page has a hundred. */
const PAGES_MAX = 10;

/** `/tickets`: works in flight mode from purchase. */
export default function TicketsPage() {
  return (
    <Page title={t.tickets.title}>
      <Tickets />
    </Page>
  );
}

function Tickets() {
  const accountId = account.value?.accountId ?? null;
  const [saved, setSaved] = useState<SavedTickets | null>(null);
  useEffect(() => {
    readTickets().then(setSaved, () => undefined);
  }, []);
  const loaded = useResource(accountId && `tickets ${accountId}`, async () => {
    const tickets = await listAllTickets();
    const fresh = { accountId: accountId ?? "", savedAtMs: Date.now(), tickets };
    // Without room on the device they still show; they only are not there offline.
    await saveTickets(fresh).catch(() => undefined);
    setSaved(fresh);
    return fresh;
  });
  const shown = loaded.data ?? (saved && (accountId === null || saved.accountId === accountId) ? saved : null);
  const isUnreachable = sessionState.value === "unreachable" || Boolean(loaded.error);

  if (sessionState.value === "signed-out")
    return (
      <section class="stack narrow">
        <p class="lead">{t.common.signedOut}</p>
        <SignInForm />
      </section>
    );
  if (!shown) {
    if (loaded.error) return <Failure error={loaded.error} retryAtMs={loaded.retryAtMs} onRetry={loaded.reload} />;
    if (isUnreachable)
      return (
        <Notice tone="warn">
          <p>{t.common.unreachable}</p>
        </Notice>
      );
    return <Skeleton />;
  }
  const time = dateAndTime(shown.savedAtMs);
  return (
    <div class="stack">
      {!loaded.data && isUnreachable ? (
        <Notice tone="warn">
          <p>{t.tickets.offline(time)}</p>
        </Notice>
      ) : (
        <p class="muted">{t.tickets.saved(time)}</p>
      )}
      <TicketGroups tickets={shown.tickets} />
    </div>
  );
}

async function listAllTickets(): Promise<Ticket[]> {
  const tickets: Ticket[] = [];
  let pageToken = "";
  for (let page = 0; page < PAGES_MAX; page++) {
    const reply = await listTickets(pageToken);
    tickets.push(...reply.tickets);
    pageToken = reply.nextPageToken;
    if (!pageToken) break;
  }
  return tickets;
}

function TicketGroups({ tickets }: { tickets: Ticket[] }) {
  const { next, past } = groupTickets(tickets, Date.now());
  if (!tickets.length)
    return (
      <>
        <p class="empty">{t.tickets.empty}</p>
        <p>
          <a class="button" href="/">
            {t.tickets.find}
          </a>
        </p>
      </>
    );
  return (
    <>
      {next.map((group, index) => (
        <Group key={group.eventId} group={group} opensFirst={index === 0 && group.tickets.length === 1} />
      ))}
      {past.length > 0 && (
        <details>
          <summary>{t.tickets.past}</summary>
          {past.map((group) => (
            <Group key={group.eventId} group={group} opensFirst={false} />
          ))}
        </details>
      )}
    </>
  );
}

function Group({ group, opensFirst }: { group: TicketGroup; opensFirst: boolean }) {
  return (
    <section class="stack">
      <h2>{group.eventName}</h2>
      <ul class="ticket-list">
        {group.tickets.map((ticket) => (
          <li key={ticket.ticketId}>
            <TicketCard ticket={ticket} heading="h3" isOpen={opensFirst} />
            <p>
              <a class="muted" href={`/orders/${ticket.orderId}`}>
                {t.tickets.order}
              </a>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
