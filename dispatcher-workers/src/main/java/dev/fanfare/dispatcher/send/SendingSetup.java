package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.address.AddressBook;
import dev.fanfare.dispatcher.address.AddressPolicy;
import dev.fanfare.dispatcher.http.Transport;
import dev.fanfare.dispatcher.lane.BreakerRules;
import dev.fanfare.dispatcher.lane.LaneLimits;
import dev.fanfare.dispatcher.outcome.AttemptReport;
import dev.fanfare.dispatcher.outcome.Outcomes;
import dev.fanfare.dispatcher.outcome.Unsent;
import dev.fanfare.dispatcher.subscription.SubscriptionView;
import dev.fanfare.runtime.trace.Tracing;
import java.time.Clock;

/**
 * What sending needs.
 *
 * @param threads        reactor threads, each with a client and lanes of its own
 * @param limits         for all lanes together
 * @param breakers       of each lane
 * @param maxAnswerBytes of an answer's body, before it is cut off
 */
public record SendingSetup(
        int threads,
        LaneLimits limits,
        BreakerRules breakers,
        Transport transport,
        long maxAnswerBytes,
        SubscriptionView subscriptions,
        AddressBook addressBook,
        AddressPolicy policy,
        Outcomes outcomes,
        Unsent unsent,
        AttemptReport report,
        Tracing tracing,
        Clock clock) {}
