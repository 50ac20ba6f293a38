package dev.fanfare.contract.catalog;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;

/** One record of {@code fanfare.catalog}. Its key is {@code tenant/kind/name}; its value is JSON that names its kind. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Tenant.class, name = Tenant.KIND),
    @JsonSubTypes.Type(value = AccessKey.class, name = AccessKey.KIND),
    @JsonSubTypes.Type(value = EventType.class, name = EventType.KIND)
})
public sealed interface CatalogEntry permits Tenant, AccessKey, EventType {
    /** The record key. */
    String key();

    /** As it stands on the topic. */
    default byte[] toJson() {
        try {
            return Json.TOPIC.writerFor(CatalogEntry.class).writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a catalog entry is plain data", e);
        }
    }

    /** Reads {@link #toJson()}. */
    static CatalogEntry fromJson(byte[] json) throws UndecodableRecord {
        return Json.fromTopic(json, CatalogEntry.class, "a catalog entry");
    }
}
