//! Pages of images as text, for the tests and benchmarks that need many of them.
//!
//! A small grammar: a rule is a list of alternatives with `|` between them, one is picked, and
//! `<rule>` in it stands for a text of that rule. Lines are trimmed and joined. So JSON reads as
//! JSON here, with the keys in the order of the service's own structs (`type` before `details`),
//! and nothing is shared with the client's models. Credentials begin with `sec-`.

/// The root document of a page of `count` images, as compact JSON of about 1.6 kB an image.
///
/// The same count and seed always give the same text.
#[must_use]
pub fn images_page(count: usize, seed: u64) -> String {
    let mut writer = Writer { state: seed, out: String::with_capacity(count.saturating_mul(1700)) };
    writer.out.push_str(r#"{"data":["#);
    for index in 0..count {
        if index > 0 {
            writer.out.push(',');
        }
        writer.write("image");
    }
    writer.out.push_str("]}");
    writer.out
}

struct Writer {
    state: u64,
    out: String,
}

impl Writer {
    fn write(&mut self, rule: &str) {
        match rule {
            "id" => self.hex(24),
            "hash" => self.hex(40),
            // 62 digits are no multiple of three bytes, so the base64 they look like is padded.
            "blob" => self.hex(62),
            "size" => {
                let size = self.below(6 << 30);
                self.out.push_str(&size.to_string());
            }
            "number" => {
                let number = 10 + self.below(50);
                self.out.push_str(&number.to_string());
            }
            _ => self.alternative(rule),
        }
    }

    fn alternative(&mut self, rule: &str) {
        let rule = alternatives(rule);
        let index = self.below(rule.split('|').count() as u64) as usize;
        for line in rule.split('|').nth(index).unwrap_or_default().lines() {
            let mut rest = line.trim();
            while let Some((before, (rule, after))) = rest
                .split_once('<')
                .and_then(|(before, after)| Some((before, after.split_once('>')?)))
            {
                self.out.push_str(before);
                self.write(rule);
                rest = after;
            }
            self.out.push_str(rest);
        }
    }

    fn hex(&mut self, digits: usize) {
        for _ in 0..digits {
            let digit = self.below(16) as u32;
            self.out.extend(char::from_digit(digit, 16));
        }
    }

    // SplitMix64, written out so that a seed means the same text for as long as benchmarks are
    // compared.
    fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

// What is JSON's own escape stands as it is sent: these are raw strings.
fn alternatives(rule: &str) -> &'static str {
    match rule {
        "image" => {
            r#"{"id":"<id>","hub_id":"5e8f1a2b3c4d5e6f70819201","name":"<name>","size":<size>,
            "about":{"description":"<about>"},
            "backend":{"provider":"backblaze","size":<size>,"file_name":"<id>.tar.gz","file_id":"4_z<id>"},
            "requires":{"nvidia_gpu":<bool>},"build":<build>,"builder":<builder>,
            "config":{"user":"<user>","ports":<ports>,
            "env":{"PATH":"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "JAVA_OPTS":"-XX:MaxRAMPercentage=75.0 -XX:+UseG1GC -Dapp.title=\"Caf\u00e9\"","CA_BUNDLE":"<blob>=="},
            "labels":<labels>,"command":["serve","--all"],"entrypoint":<entrypoint>,
            "volumes":<volumes>,"workdir":"/srv/app","signal_stop":"<signal>"},
            "source":<source>,"creator":{"id":"<id>","type":"<creator>"},"factory":<factory>,
            "state":{"current":"<state>","changed":"<time>","error":<error>},
            "events":{"created":"<time>","updated":"<time>","deleted":"<never>"}<meta>}"#
        }
        "name" => {
            r#"shop-api|検索サービス|caf\u00e9 backend|the \"blue\" one|C:\\builds\\agent|🚀 launch 👩‍💻
            |خدمة الدفع|תשלומים-web|Straßenkarte"#
        }
        "about" => {
            r#"|Built every night.\nKept for two weeks.|Rings \u0007 when done, \u00fcber 9000 times.
            |Made from \"main\", see C:\\docs\\release.md|由流水线自动构建 ✅"#
        }
        "bool" => "true|false",
        "build" => {
            r#"null|null|{"args":{"PROFILE":"release","REVISION":"<hash>"},"use_disk":<bool>}"#
        }
        "builder" => r#"null|{"integration_id":"<id>"}"#,
        "user" => "|root|1000:1000",
        "ports" => {
            r#"null|[{"host":80<number>,"container":80,"type":"tcp"},
            {"host":53,"container":53,"type":"udp"}]"#
        }
        "labels" => {
            r#"null|{"org.opencontainers.image.revision":"<hash>",
            "org.opencontainers.image.title":"<name>"}"#
        }
        "entrypoint" => r#"null|["/usr/bin/tini","--"]"#,
        "volumes" => {
            r#"null|[{"path":"/var/lib/app","mode":"rw"},{"path":"/etc/app","mode":"ro"}]"#
        }
        "signal" => "|SIGTERM",
        "source" => {
            r#"{"type":"direct","details":{"id":"<id>","origin":<origin>}<override>}
            |{"type":"stack-build","details":{"id":"<id>","stack_id":"<id>",
                "containers":["web","queue-worker"],"origin":<origin>}<override>}
            |{"type":"bucket","details":{"id":"<id>","origin":<origin>}<override>}"#
        }
        "override" => {
            r#"|,"override":null|,"override":{"target":"acme/app:<number>","targz_url":""}"#
        }
        "origin" => {
            r#"{"type":"docker-hub","details":{"existing":<existing>,"target":"acme/app:<number>",<account>}}
            |{"type":"docker-file","details":{"existing":<existing>,"repo":<repo>,"targz_url":null,
                "context_dir":"services/shop","build_file":"Dockerfile","credentials":<credentials>}}
            |{"type":"docker-registry","details":{"existing":<existing>,"target":"acme/app:<number>",
                "url":"https://registry.example.com",<account>,"password":"sec-<id>"}}
            |{"type":"oci-registry","details":{"existing":<existing>,"target":"acme/app:<number>",
                "url":"https://oci.example.com","auth":<registry auth>}}
            |{"type":"cycle-upload","details":{"expires":"<time>","token":"sec-<hash>"}}
            |{"type":"cycle-source","details":{"source_id":"<id>"}}
            |{"type":"none"}"#
        }
        "existing" => r#"null|{"source_id":"<id>"}"#,
        "account" => r#""username":"acme-bot","token":"sec-<id>"|"username":"","token":"""#,
        "repo" => {
            r#"{"url":"https://git.example.com/shop.git","branch":"main","auth":<repo auth>,"ref":<ref>}"#
        }
        "repo auth" => {
            r#"null|{"type":"http","credentials":{"username":"reader","password":"sec-<id>"}}
            |{"type":"ssh","credentials":{"username":"git","passphrase":"sec-<id>",
                "private_key":"sec-<blob>\n<hash>\n"}}"#
        }
        "ref" => r#"null|{"type":"hash","value":"<hash>"}|{"type":"tag","value":"v1.<number>.0"}"#,
        "credentials" => r#"null|[{"url":"ghcr.io","username":"acme","token":"sec-<id>"}]"#,
        "registry auth" => {
            r#"null|{"type":"user","details":{<account>}}
            |{"type":"provider","details":{"flavor":"ecr","credentials":{"region":"eu-central-1",
                "namespace":"acme","api_key":"sec-<id>","secret":"sec-<hash>","subscription_id":"",
                "client_id":"","config":"sec-<id>"}}}
            |{"type":"webhook","details":{"url":"https://hooks.example.com/login"}}"#
        }
        "creator" => "account|api-key|employee|environment|platform-pipeline",
        "factory" => r#"null|null|{"node_id":"<id>","cached":"<time>","acknowledged":"<never>"}"#,
        "state" => "live|live|live|building|verifying|uploading|saving|deleting",
        "error" => {
            r#"null|null|{"message":"exit status 2:\n\t\u0007 out of memory","time":"<time>"}"#
        }
        "time" => "2026-0<1-9>-1<1-9>T1<1-9>:<number>:<number><fraction>Z",
        "1-9" => "1|2|3|4|5|6|7|8|9",
        "fraction" => "|.5|.<number>7|.000<number>1|.<number><number><number><number>9",
        "never" => "0001-01-01T00:00:00Z",
        "meta" => {
            r#"||,"meta":{"containers_count":{"state":{"running":3,"deleted":1},"total":4,"available":3}}"#
        }
        // No JSON: a test finds it.
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::images_page;
    use serde_json::Value;
    use std::collections::HashSet;

    fn images(count: usize, seed: u64) -> Vec<Value> {
        let page: Value = serde_json::from_str(&images_page(count, seed)).unwrap();
        page["data"].as_array().unwrap().clone()
    }

    #[test]
    fn every_page_is_json_with_as_many_images_as_asked() {
        for count in [0, 1, 2, 500] {
            assert_eq!(images(count, 7).len(), count);
        }
        assert!(!images_page(500, 7).contains(['?', '\n']), "a rule is missing or a line was kept");
    }

    #[test]
    fn the_seed_alone_decides_the_text() {
        assert_eq!(images_page(20, 1), images_page(20, 1));
        assert_ne!(images_page(20, 1), images_page(20, 2));
    }

    #[test]
    fn an_image_is_about_1600_bytes() {
        for seed in 0..20 {
            let average = images_page(200, seed).len() / 200;
            assert!((1500..=1700).contains(&average), "seed {seed}: {average}");
        }
    }

    #[test]
    fn a_hundred_images_hold_every_origin_and_source() {
        for seed in 0..20 {
            let images = images(100, seed);
            assert_eq!(kinds(&images, "/source/details/origin/type").len(), 7);
            assert_eq!(kinds(&images, "/source/type").len(), 3);
            assert_eq!(kinds(&images, "/id").len(), 100);
        }
    }

    #[test]
    fn a_thousand_images_hold_every_sort_of_credential() {
        let images = images(1000, 3);
        let origin = "/source/details/origin/details";
        assert_eq!(kinds(&images, &format!("{origin}/repo/auth/type")).len(), 2);
        assert_eq!(kinds(&images, &format!("{origin}/auth/type")).len(), 3);
    }

    fn kinds(images: &[Value], pointer: &str) -> HashSet<Value> {
        images.iter().filter_map(|image| image.pointer(pointer).cloned()).collect()
    }
}
