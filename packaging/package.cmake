# The Debian package: cpack in build-package (preset package) makes collectd-ha_*.deb.
# It stands beside Debian's collectd and shares no file with it.

install(FILES packaging/collectd-ha.conf DESTINATION lib/systemd/system/collectd.service.d
        COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES packaging/copyright DESTINATION share/doc/collectd-ha
        COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES packaging/changelog DESTINATION share/doc/collectd-ha
        COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES packaging/lintian-overrides DESTINATION share/lintian/overrides RENAME collectd-ha
        COMPONENT debian EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME collectd-ha)
set(CPACK_PACKAGE_VENDOR "collectd-ha")
set(CPACK_PACKAGE_CONTACT "collectd-ha maintainers <maintainers@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL Unspecified debian)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/packaging/finish.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_NAME collectd-ha)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# A plugin is made for one minor version of the daemon.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "collectd-core (>= 5.12), collectd-core (<< 5.13~)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "snmpd, rrdtool, python3")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "keepalived, snmp, prometheus")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/packaging/postinst ${CMAKE_SOURCE_DIR}/packaging/postrm)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Three collectd plugins for machines that share an address: vrrp hears who is
master of which virtual router from the adverts on the wire, ipvs reads the
kernel's load balancer, snmp_agent serves any value of collectd as SNMP tables
through snmpd.

They stand in a directory of their own beside collectd's plugins. Profiles for
whole MIBs, graphs, dashboards, alert rules and man pages come with them.")

include(CPack)
