package dev.fanfare.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Leaves out one warning of Kafka's that tells of nothing: its producer begins a transaction while brokers still mark the
 * end of the one before, is told {@code CONCURRENT_TRANSACTIONS}, and tries again (KIP-890). Dispatchers and relays, whose
 * transactions follow each other closely, would say so all day, and the limit of repeats would then hide the same line about
 * errors that matter.
 */
final class UsualOfKafka extends Filter<ILoggingEvent> {
    private static final String SENDER = "org.apache.kafka.clients.producer.internals.Sender";
    private static final String ERROR = "CONCURRENT_TRANSACTIONS";

    @Override
    public FilterReply decide(ILoggingEvent event) {
        return event.getLevel() == Level.WARN
                        && event.getLoggerName().equals(SENDER)
                        && event.getFormattedMessage().contains(ERROR)
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }
}
