package dev.fanfare.control.console;

import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.catalog.EventTypeEdits;
import dev.fanfare.control.catalog.KeyEdits;
import dev.fanfare.control.catalog.TenantEdits;
import dev.fanfare.control.deadletter.AuditTail;
import dev.fanfare.control.deadletter.DeadLetterCount;
import dev.fanfare.control.deadletter.DeadLetterDesk;
import dev.fanfare.control.event.EventSearch;
import dev.fanfare.control.pipeline.Backlog;
import dev.fanfare.control.pipeline.Breakers;
import dev.fanfare.control.portal.PortalLinks;
import dev.fanfare.control.subscription.RunLog;
import dev.fanfare.control.subscription.SubscriptionActions;
import dev.fanfare.control.subscription.SubscriptionEdits;
import dev.fanfare.control.subscription.SubscriptionIndex;
import dev.fanfare.control.table.AuditWriter;

/** What the console shows and works on; all of it stays the role's. */
public record Parts(
        SubscriptionIndex subscriptions,
        SubscriptionEdits edits,
        SubscriptionActions actions,
        AttemptIndex attempts,
        EventSearch events,
        RunLog runs,
        DeadLetterDesk deadLetters,
        DeadLetterCount deadLetterCount,
        Backlog backlog,
        Breakers breakers,
        EventTypeEdits eventTypes,
        KeyEdits keys,
        TenantEdits tenants,
        PortalLinks links,
        AuditTail audit,
        AuditWriter auditWriter) {}
