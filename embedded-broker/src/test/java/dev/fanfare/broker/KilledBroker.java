package dev.fanfare.broker;

import java.nio.file.Path;

/** A process of its own that starts a broker, produces, commits a group's offset and waits to be killed. */
final class KilledBroker {

    private KilledBroker() {}

    /** @param args the data folder and the number of acknowledged records to write before saying so */
    public static void main(String[] args) throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(Path.of(args[0])));
        KafkaTalk.createTopic(broker.bootstrapServers(), "survivors");
        KafkaTalk.produce(broker.bootstrapServers(), "survivors", 0, Integer.parseInt(args[1]));
        KafkaTalk.commit(broker.bootstrapServers(), "readers", "survivors", 5);
        System.out.println("ready");
        Thread.sleep(Long.MAX_VALUE);
    }
}
