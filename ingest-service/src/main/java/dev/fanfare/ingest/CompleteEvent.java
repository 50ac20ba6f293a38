package dev.fanfare.ingest;

import dev.fanfare.contract.event.Event;

/**
 * An event that nothing is missing from, as it goes to the topic.
 *
 * @param idMinted whether its id was minted here: then it can't come a second time
 */
record CompleteEvent(Event event, boolean idMinted) {
    /**
     * Whether any partition will do: nobody asked for an order, and no repetition of it is to be found by whoever has the
     * first.
     */
    boolean goesAnywhere() {
        return idMinted && !event.attributes().containsKey(Event.PARTITION_KEY);
    }
}
