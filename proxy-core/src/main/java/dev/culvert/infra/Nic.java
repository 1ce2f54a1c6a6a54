package dev.culvert.infra;

import java.util.regex.Pattern;

/**
 * A network card of a guest, net0 first.
 *
 * @param vlan 0 for none
 * @param model of a VM's card
 * @param ip {@code dhcp}, or an address with its prefix; empty to leave it alone
 * @param gateway empty for none
 */
public record Nic(String bridge, int vlan, String model, String ip, String gateway) {
    public static final String MODEL = "virtio";
    private static final int MOST_VLAN = 4094;
    private static final Pattern BRIDGE = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,14}");
    private static final Pattern CARD = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");
    private static final Pattern IP = Pattern.compile("dhcp|\\d{1,3}(\\.\\d{1,3}){3}/\\d{1,2}");
    private static final Pattern GATEWAY = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    public Nic {
        if (bridge.isEmpty()) {
            throw new IllegalArgumentException("bridge is missing: such as \"vmbr0\"");
        }
        if (!BRIDGE.matcher(bridge).matches()) {
            throw new IllegalArgumentException(
                    "bridge is \"%s\": it must be the name of a bridge, such as \"vmbr0\""
                            .formatted(bridge));
        }
        if (vlan < 0 || vlan > MOST_VLAN) {
            throw new IllegalArgumentException(
                    "vlan is %d: it must be from 1 to %d".formatted(vlan, MOST_VLAN));
        }
        if (!CARD.matcher(model).matches()) {
            throw new IllegalArgumentException(
                    "model is \"%s\": it must be a card of Proxmox, such as \"virtio\" or \"e1000\""
                            .formatted(model));
        }
        if (!ip.isEmpty() && !IP.matcher(ip).matches()) {
            throw new IllegalArgumentException(
                    "ip is \"%s\": it must be \"dhcp\", or such as \"10.0.0.5/24\"".formatted(ip));
        }
        if (!gateway.isEmpty() && !GATEWAY.matcher(gateway).matches()) {
            throw new IllegalArgumentException(
                    "gateway is \"%s\": it must be such as \"10.0.0.1\"".formatted(gateway));
        }
    }
}
