"""The words of notices in French."""

WORDS = {
    # A purpose in a few words.
    "purpose.face_scan": "un scan de votre visage",
    "purpose.regenerate": "faire de nouveaux résultats plus tard",
    "purpose.match": "comparer votre visage à d’autres photos",
    "purpose.train_personal_model": "entraîner un modèle pour vous seul",
    "purpose.train_shared_model": "entraîner un modèle qui sert aussi à d’autres personnes",
    "purpose.quality": "vérifier la qualité de notre travail",
    "purpose.benchmark": "tester des modèles entre eux",
    "purpose.marketing": "montrer votre visage dans une seule publication nommée",
    "purpose.disclose": "transmettre les données de votre visage à {party}",
    # What a person who signs says; sealed with the signature as the statement of intent.
    "intent.face_scan": "J’ai lu ce texte et je signe cette autorisation",
    "intent.regenerate": "J’ai lu ce texte et je permets ces nouveaux résultats",
    "intent.match": "J’ai lu ce texte et je permets cette comparaison",
    "intent.train_personal_model": "J’ai lu ce texte et je permets cet entraînement",
    "intent.train_shared_model": "J’ai lu ce texte et je permets cet entraînement",
    "intent.quality": "J’ai lu ce texte et je permets ces contrôles",
    "intent.benchmark": "J’ai lu ce texte et je permets ces tests",
    "intent.marketing": "J’ai lu ce texte et je permets cette seule publication",
    "intent.disclose": "J’ai lu ce texte et je permets cette transmission",
    "title.face_scan": "Votre autorisation écrite pour un scan du visage",
    "title.regenerate": "Un choix à part : faire de nouveaux résultats plus tard",
    "title.match": "Un choix à part : comparer votre visage à d’autres photos",
    "title.train_personal_model": "Un choix à part : entraîner un modèle de votre visage",
    "title.train_shared_model": "Un choix à part : entraîner un modèle qui sert aussi à d’autres personnes",
    "title.quality": "Un choix à part : vérifier la qualité de notre travail",
    "title.benchmark": "Un choix à part : tester des modèles entre eux",
    "title.marketing": "Un choix à part : montrer votre visage dans une seule publication",
    "title.disclose": "Un choix à part : transmettre vos données à {party}",
    # The beginning: it is a choice, and whose.
    "head.decide": "Vous décidez",
    "ask.scan": "{operator} vous demande une autorisation écrite avant tout scan de votre visage.",
    "ask.own": "{operator} vous demande pour cela une autorisation à part.",
    "voluntary.scan": "Cette autorisation est facultative. Vous pouvez dire non. Rien n’est scanné avant que vous signiez.",
    "voluntary.own": (
        "Cette autorisation est facultative. Le service n’en a jamais besoin : laissez la case vide, et votre scan marche tout pareil."
    ),
    "priced": "Cela ne change jamais ce que vous payez.",
    "back.early": "Si vous dites oui, vous pouvez revenir là-dessus à tout moment. La partie 6 dit comment, et ce qui se passe alors.",
    "minors.deny": "Si vous avez moins de 18 ans, vous ne pouvez pas signer ce texte.",
    "minors.guardian": "Si vous avez moins de 18 ans, un parent ou un tuteur doit signer ce texte pour vous.",
    "head.stored": "1. Ce qui est recueilli et gardé",
    "collects": (
        "{operator} recueille et garde des données biométriques sur vous : un scan de la forme de votre visage, fait à partir de "
        "votre photo. Des lois parlent d’identifiant biométrique, ou de données sensibles."
    ),
    "stored": "Voici ce qui est gardé. Chaque chose est détruite au premier des moments notés à côté, ou plus tôt :",
    "stored.none": "Rien de plus n’est gardé pour cela. On se sert de ce que garde votre scan, et tant qu’il le garde.",
    "head.use": "2. À quoi cela sert",
    "use.face_scan": "Nous nous en servons pour scanner votre photo et pour faire {result}.",
    "use.regenerate": (
        "Nous nous en servons pour faire de nouveaux résultats avec la photo que garde votre scan, chaque fois que vous le demandez."
    ),
    "use.match": "Nous nous en servons pour comparer votre visage à d’autres photos et voir si c’est bien vous.",
    "use.train_personal_model": "Nous nous en servons pour entraîner un modèle de votre visage, pour vous seul, qui peut faire {result}.",
    "use.train_shared_model": "Nous nous en servons pour aider à entraîner un modèle qui sert aussi à d’autres personnes.",
    "use.quality": "Nous nous en servons pour voir si nos scans sont bons. Ceux qui travaillent pour nous peuvent les regarder.",
    "use.benchmark": "Nous nous en servons pour tester des modèles entre eux et voir s’ils marchent bien.",
    "use.marketing": "Nous nous en servons pour montrer votre visage dans une seule publication : celle que nomme la page que vous signez.",
    "use.disclose": (
        "Nous nous en servons pour transmettre les données de votre visage à {party}. {party} peut s’en servir pour ceci : {party_use}."
    ),
    "use.only": "Nous ne nous en servons pour rien d’autre.",
    "result.pictures": "les images que vous demandez",
    "result.report": "le rapport que vous demandez",
    "training.scan_model": (
        "Pour cela, un modèle de votre visage peut être créé, pour vous seul. Cette autorisation ne permet aucun autre entraînement. "
        "Aucun modèle qui sert à d’autres n’apprend de vous avec cette autorisation."
    ),
    "training.none": (
        "Cette autorisation ne permet aucun entraînement : ni d’un modèle pour vous seul, "
        "ni d’un modèle qui sert aussi à d’autres personnes."
    ),
    "training.train_personal_model": "Cela n’entraîne pas de modèle pour d’autres. Il faudrait pour cela une autorisation à part.",
    "training.train_shared_model": "Un tel modèle apprend de beaucoup de gens à la fois. Il n’est pas fait pour vous seul.",
    "improve": (
        "Nous ne nous servons pas de votre visage pour améliorer nos services, sauf si vous le permettez par une autorisation à part."
    ),
    "sold": "Rien n’est jamais vendu, loué ou échangé, et rien n’est partagé pour vous cibler avec de la publicité.",
    "head.term": "3. Pour combien de temps",
    "term": (
        "Cette autorisation dure {term} à partir de votre signature. "
        "Puis elle prend fin toute seule, et nous devons vous la demander à nouveau."
    ),
    "term.kept": "Ce qui a été gardé avant est détruit aux moments notés plus haut.",
    "head.recipients": "4. Qui le reçoit",
    "recipients": "Seules ces sociétés le reçoivent. Elles travaillent pour nous, et pour ce seul service :",
    "recipients.disclose": "{party} le reçoit. Ces sociétés l’ont aussi. Elles travaillent pour nous, et pour ce seul service :",
    "transfers": "Une partie se fait dans d’autres pays. Là-bas, ceci protège vos données : {transfers}.",
    "transfers.none": "Vos données restent dans l’Espace économique européen ou au Royaume-Uni.",
    "head.backups": "5. Sauvegardes",
    "backups.none": "Aucune sauvegarde n’en contient.",
    "backups": "Des sauvegardes peuvent en garder des copies un temps. Chacune est détruite au plus tard après {age}.",
    "backups.cycle": (
        "Des sauvegardes peuvent en garder des copies un temps. Il s’en fait une nouvelle {every}. "
        "Chacune est détruite au plus tard après {age}."
    ),
    "head.back": "6. Comment le retirer",
    "back": "Vous pouvez retirer cette autorisation à tout moment. Il y a un bouton pour cela sur la page où vous avez signé.",
    "back.page": "Vous pouvez aussi passer par {page}.",
    "back.page_mail": "Vous pouvez aussi passer par {page} ou écrire à {contact}.",
    "after.face_scan": "L’effet est immédiat : dès lors, rien de neuf n’est fait, et ce qui a été fait pour cela est détruit.",
    "after.train": (
        "L’effet est immédiat : dès lors, rien de vous ne sert à entraîner, et ce qui a été gardé pour cet entraînement est détruit."
    ),
    "after.train_shared": "Un modèle entraîné avant cela peut garder une part de ce qu’il a appris.",
    "after.own": "L’effet est immédiat : dès lors, rien de neuf n’est fait pour cela, et ce qui n’a été gardé que pour cela est détruit.",
    "after.marketing": "L’effet est immédiat : dès lors, nous ne montrons plus votre visage dans cette publication.",
    "after.disclose": "L’effet est immédiat : dès lors, plus rien n’est transmis à {party}.",
    "after.rest": "Votre scan et vos résultats restent tels quels.",
    "head.rights": "7. Vos droits, et à qui parler",
    "controller": "Le responsable de vos données est {operator}, {address}.",
    "dpo": "Notre délégué à la protection des données : {dpo}.",
    "dpo.none": "Nous n’avons pas nommé de délégué à la protection des données.",
    "representative": "Qui parle pour nous en Europe : {representative}.",
    "representative.none": "Personne d’autre ne parle pour nous : notre bureau est en Europe.",
    "ground": "La base légale est votre consentement explicite, que vous donnez en signant.",
    "required": "Aucune loi ni aucun contrat ne vous force à signer.",
    "without.scan": "Sans cela, nous ne pouvons pas faire votre scan.",
    "without.own": "Sans cela, seul cet usage n’a pas lieu.",
    "rights": (
        "Vous pouvez voir ce que nous avons, en avoir une copie, et la porter ailleurs. Vous pouvez le faire corriger ou effacer. "
        "Vous pouvez en limiter l’usage ou vous y opposer."
    ),
    "equal": "Nous ne vous traitons jamais moins bien parce que vous usez d’un droit.",
    "automated": "Aucune machine ne décide seule pour vous.",
    "complaint": "Vous pouvez vous plaindre ici : {authority}.",
    "complaint.us": "Vous pouvez aussi vous plaindre à nous, et nous devons répondre.",
    "policy": "Tout le détail est ici : {policy}",
    # The public page that everybody may read before.
    "page.title": "Ce que devient une photo de votre visage",
    "page.lead": "Lisez ceci avant d’envoyer une photo. Voici les quatre choses à savoir. Vous décidez ensuite, et vous pouvez dire non.",
    "page.whole": "Le texte entier, tel qu’il se signe",
    "page.none.title": "Rien n’est recueilli pour le moment",
    "page.none": "Aucun texte sur les scans du visage n’est publié pour le moment. Sans lui, rien ne peut être scanné.",
    # Ends of what is stored.
    "kept": "• {what} : {ends}.",
    "or": " ; ou ",
    "and": "et",
    "at_once": "tout de suite",
    "unit.year": "an|ans",
    "unit.month": "mois|mois",
    "unit.day": "jour|jours",
    "unit.hour": "heure|heures",
    "unit.minute": "minute|minutes",
    "unit.second": "seconde|secondes",
    "every.year": "chaque année",
    "every.month": "chaque mois",
    "every.week": "chaque semaine",
    "every.day": "chaque jour",
    "every.hour": "chaque heure",
    "every.many": "tous les {duration}",
    "end.uploaded": "{duration} après l’envoi de la photo",
    "end.uploaded.now": "juste après l’envoi de la photo",
    "end.last_interaction": "{duration} après votre dernière visite",
    "end.last_interaction.now": "juste après votre dernière visite",
    "end.consent_withdrawn": "dès que vous retirez cette autorisation",
    "end.user_request": "quand vous nous demandez de l’effacer",
    "category.all_derived": "Tout ce qui est fait d’autre avec votre photo",
    "category.all_derived.rest": "Tout ce qui est fait d’autre avec votre photo, sauf ce qui suit",
    "category.original_upload": "La photo que vous avez envoyée",
    "category.compressed_copy": "Une copie plus petite de votre photo",
    "category.thumbnail": "Une vignette de votre photo",
    "category.face_crop": "Votre visage, découpé dans la photo",
    "category.aligned_face": "Votre visage, tourné et centré",
    "category.landmarks": "Des points mesurés sur votre visage",
    "category.embedding": "Un code de chiffres fait à partir de votre visage",
    "category.personal_model": "Un modèle entraîné sur votre visage",
    "category.intermediate": "Des fichiers de travail du scan",
    "category.scan_log": "Un journal du scan",
    "category.metadata": "Des faits sur la photo, comme sa taille",
    "category.result_report": "Votre rapport",
    "category.report_pdf": "Votre rapport en PDF",
    "category.generated_output": "Des images faites pour vous",
    "category.training_copy": "Une copie pour entraîner des modèles",
    "category.benchmark_copy": "Une copie pour comparer des modèles",
    "category.qa_copy": "Une copie pour vérifier la qualité",
    "category.support_copy": "Une copie pour répondre à une demande",
    "category.fraud_signal": "Un signe de fraude possible",
    "category.dedup_hash": "Une empreinte du fichier, pour voir les doublons",
    "category.cache_copy": "Une copie brève pour aller plus vite",
    "category.subprocessor_copy": "Une copie dans une société qui travaille pour nous",
    "category.backup_copy": "Une copie dans une sauvegarde",
}
