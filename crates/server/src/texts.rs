//! Words the server itself says to customers: the consent line and the message with the link.
//! They are here, not in the page, because their hash is evidence. Must not know who is told.

use domain::settings::Settings;
use sha2::{Digest, Sha256};

/// Locales the customer's side speaks; the first is the fallback.
pub const LOCALES: [&str; 9] = ["en", "id", "th", "fil", "vi", "ms", "zh-Hans", "hi", "ta"];

/// The locale to speak for a BCP 47 tag.
#[must_use]
pub fn locale(tag: &str) -> &'static str {
    let lower = tag.to_ascii_lowercase();
    let first = lower.split(['-', '_']).next().unwrap_or("");
    let known = match first {
        "tl" => "fil",
        "zh" => "zh-Hans",
        "in" => "id",
        other => other,
    };
    LOCALES.into_iter().find(|l| l.eq_ignore_ascii_case(known)).unwrap_or("en")
}

/// The best locale of an `Accept-Language` header (RFC 9110, 12.5.4), if one is spoken here.
#[must_use]
pub fn accept(header: &str) -> Option<&'static str> {
    let mut wanted: Vec<(u16, usize, &str)> = header
        .split(',')
        .take(20)
        .enumerate()
        .filter_map(|(n, part)| {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next()?.trim();
            let q = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            (q > 0.0 && !tag.is_empty()).then_some(((q.clamp(0.0, 1.0) * 1000.0) as u16, n, tag))
        })
        .collect();
    wanted.sort_by_key(|(q, n, _)| (std::cmp::Reverse(*q), *n));
    wanted.into_iter().find_map(|(_, _, tag)| {
        let found = locale(tag);
        (found != "en" || tag.to_ascii_lowercase().starts_with("en")).then_some(found)
    })
}

/// The consent line in a locale: the bank's own words where it has some, brand filled in.
#[must_use]
pub fn consent(tag: &str, settings: &Settings) -> String {
    let own = settings.consent.get(locale(tag)).map(String::as_str);
    own.unwrap_or_else(|| built_in_consent(tag)).replace("{brand}", &settings.brand)
}

/// The consent line we bring along, `{brand}` in it.
#[must_use]
pub fn built_in_consent(tag: &str) -> &'static str {
    match locale(tag) {
        "id" => {
            "Dengan mengetuk tombol ini, Anda setuju bahwa {brand} merekam panggilan ini serta menyimpan foto Anda dan dokumen Anda untuk memverifikasi identitas Anda."
        }
        "th" => "เมื่อแตะปุ่มนี้ คุณยินยอมให้ {brand} บันทึกการโทรนี้ และเก็บภาพถ่ายของคุณและเอกสารของคุณเพื่อยืนยันตัวตน",
        "fil" => {
            "Sa pag-tap, sumasang-ayon kang ire-record ng {brand} ang tawag na ito at itatago ang mga larawan mo at ng iyong ID para tiyakin ang iyong pagkakakilanlan."
        }
        "vi" => "Khi chạm nút này, bạn đồng ý để {brand} ghi lại cuộc gọi và lưu ảnh của bạn cùng giấy tờ tùy thân để xác minh danh tính.",
        "ms" => {
            "Dengan mengetik butang ini, anda bersetuju {brand} merakam panggilan ini dan menyimpan foto anda serta dokumen anda untuk mengesahkan identiti anda."
        }
        "zh-Hans" => "点击即表示您同意{brand}录制本次通话，并保存您本人和证件的照片，用于核实您的身份。",
        "hi" => "टैप करके आप सहमति देते हैं कि {brand} इस कॉल को रिकॉर्ड करे और आपकी पहचान की पुष्टि के लिए आपकी और आपके पहचान पत्र की तस्वीरें रखे।",
        "ta" => {
            "தட்டுவதன் மூலம், உங்கள் அடையாளத்தைச் சரிபார்க்க {brand} இந்த அழைப்பைப் பதிவு செய்வதற்கும், உங்கள் மற்றும் உங்கள் அடையாள அட்டையின் படங்களைச் சேமிப்பதற்கும் ஒப்புக்கொள்கிறீர்கள்."
        }
        _ => "By tapping you agree that {brand} records this call and stores photos of you and your ID to verify your identity.",
    }
}

/// Hex SHA-256 of a text, as consent records name it.
#[must_use]
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// The message that carries a link.
#[must_use]
pub fn link_message(tag: &str, brand: &str, url: &str) -> String {
    let text = match locale(tag) {
        "id" => "{brand}: selesaikan verifikasi Anda dengan petugas lewat video, sekitar 3 menit, tanpa aplikasi: {url}",
        "th" => "{brand}: ยืนยันตัวตนให้เสร็จกับเจ้าหน้าที่ทางวิดีโอ ประมาณ 3 นาที ไม่ต้องใช้แอป: {url}",
        "fil" => "{brand}: tapusin ang iyong beripikasyon kasama ang ahente sa video, mga 3 minuto, walang app: {url}",
        "vi" => "{brand}: hoàn tất xác minh với nhân viên qua video, khoảng 3 phút, không cần ứng dụng: {url}",
        "ms" => "{brand}: selesaikan pengesahan anda dengan ejen melalui video, kira-kira 3 minit, tanpa aplikasi: {url}",
        "zh-Hans" => "{brand}：与客服视频完成身份核实，约3分钟，无需下载应用：{url}",
        "hi" => "{brand}: वीडियो पर एजेंट के साथ अपनी पहचान की पुष्टि पूरी करें, लगभग 3 मिनट, कोई ऐप नहीं: {url}",
        "ta" => "{brand}: வீடியோவில் முகவருடன் உங்கள் சரிபார்ப்பை முடிக்கவும், சுமார் 3 நிமிடங்கள், செயலி தேவையில்லை: {url}",
        _ => "{brand}: finish verifying with a live agent on video, about 3 minutes, no app: {url}",
    };
    text.replace("{brand}", brand).replace("{url}", url)
}

/// The subject of the mail that carries a link.
#[must_use]
pub fn link_subject(tag: &str, brand: &str) -> String {
    let text = match locale(tag) {
        "id" => "Selesaikan verifikasi Anda dengan {brand}",
        "th" => "ยืนยันตัวตนกับ {brand} ให้เสร็จ",
        "fil" => "Tapusin ang iyong beripikasyon sa {brand}",
        "vi" => "Hoàn tất xác minh với {brand}",
        "ms" => "Selesaikan pengesahan anda dengan {brand}",
        "zh-Hans" => "完成您在{brand}的身份核实",
        "hi" => "{brand} के साथ अपनी पुष्टि पूरी करें",
        "ta" => "{brand} உடன் உங்கள் சரிபார்ப்பை முடிக்கவும்",
        _ => "Finish verifying with {brand}",
    };
    text.replace("{brand}", brand)
}

/// The message that carries a one-time code. The agent never asks for it aloud, and the message says so.
#[must_use]
pub fn code_message(tag: &str, brand: &str, code: &str) -> String {
    let text = match locale(tag) {
        "id" => "{brand}: kode Anda {code}. Ketik di halaman verifikasi dalam 10 menit. Jangan beri tahu siapa pun, juga petugas kami.",
        "th" => "{brand}: รหัสของคุณคือ {code} พิมพ์ในหน้ายืนยันตัวตนภายใน 10 นาที อย่าบอกใคร แม้แต่เจ้าหน้าที่ของเรา",
        "fil" => {
            "{brand}: {code} ang code mo. I-type ito sa pahina ng beripikasyon sa loob ng 10 minuto. Huwag itong sabihin kaninuman, pati sa ahente namin."
        }
        "vi" => {
            "{brand}: mã của bạn là {code}. Nhập mã vào trang xác minh trong 10 phút. Đừng nói mã cho ai, kể cả nhân viên của chúng tôi."
        }
        "ms" => "{brand}: kod anda {code}. Taip di halaman pengesahan dalam masa 10 minit. Jangan beritahu sesiapa, termasuk ejen kami.",
        "zh-Hans" => "{brand}：您的验证码是{code}。请在10分钟内输入到核实页面。不要告诉任何人，包括我们的客服。",
        "hi" => "{brand}: आपका कोड {code} है। इसे 10 मिनट के भीतर पुष्टि वाले पेज पर लिखें। किसी को न बताएँ, हमारे एजेंट को भी नहीं।",
        "ta" => "{brand}: உங்கள் குறியீடு {code}. 10 நிமிடங்களுக்குள் சரிபார்ப்புப் பக்கத்தில் தட்டச்சு செய்யவும். யாரிடமும், எங்கள் முகவரிடமும் சொல்ல வேண்டாம்.",
        _ => "{brand}: your code is {code}. Type it on the verification page within 10 minutes. Tell it to nobody, not even our agent.",
    };
    text.replace("{brand}", brand).replace("{code}", code)
}

/// The subject of the mail that carries a one-time code.
#[must_use]
pub fn code_subject(tag: &str, brand: &str) -> String {
    let text = match locale(tag) {
        "id" => "Kode verifikasi Anda untuk {brand}",
        "th" => "รหัสยืนยันตัวตนของคุณสำหรับ {brand}",
        "fil" => "Ang code mo ng beripikasyon para sa {brand}",
        "vi" => "Mã xác minh của bạn cho {brand}",
        "ms" => "Kod pengesahan anda untuk {brand}",
        "zh-Hans" => "您的{brand}验证码",
        "hi" => "{brand} के लिए आपका पुष्टि कोड",
        "ta" => "{brand} க்கான உங்கள் சரிபார்ப்புக் குறியீடு",
        _ => "Your verification code for {brand}",
    };
    text.replace("{brand}", brand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_find_the_language_spoken_here() {
        for (tag, want) in [("ms-MY", "ms"), ("zh-CN", "zh-Hans"), ("tl", "fil"), ("de", "en"), ("TH", "th"), ("", "en")] {
            assert_eq!(locale(tag), want, "{tag}");
        }
        assert_eq!(accept("de;q=0.9, ta;q=0.8, en;q=0.5"), Some("ta"));
        assert_eq!(accept("de, fr"), None);
    }

    #[test]
    fn every_text_fills_in_brand_and_link() {
        let harbour = Settings { brand: "Harbour".to_owned(), ..Settings::default() };
        for tag in LOCALES {
            assert!(consent(tag, &harbour).contains("Harbour"), "{tag}");
            let message = link_message(tag, "Harbour", "https://x/v#t");
            assert!(message.contains("Harbour") && message.contains("https://x/v#t") && !message.contains('{'), "{tag}");
        }
        for tag in LOCALES {
            let code = code_message(tag, "Harbour", "042517");
            assert!(code.contains("Harbour") && code.contains("042517") && !code.contains('{'), "{tag}");
            assert!(code_subject(tag, "Harbour").contains("Harbour") && !code_subject(tag, "Harbour").contains('{'), "{tag}");
        }
        let mut all: Vec<_> = LOCALES.iter().map(|t| consent(t, &harbour)).collect();
        all.dedup();
        assert_eq!(all.len(), LOCALES.len());
    }

    #[test]
    fn a_banks_own_consent_text_stands_in_its_language_and_no_other() {
        let mut own = Settings { brand: "Harbour".to_owned(), ..Settings::default() };
        own.consent.insert("ms".to_owned(), "Anda bersetuju {brand} merakam.".to_owned());
        assert_eq!(consent("ms-MY", &own), "Anda bersetuju Harbour merakam.");
        assert_eq!(consent("en", &own), built_in_consent("en").replace("{brand}", "Harbour"));
    }
}
